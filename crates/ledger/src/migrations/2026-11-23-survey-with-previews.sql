-- The fingerprint of a preview: what a quick survey goes by. It never stands in for that of the picture.
ALTER TABLE asset ADD COLUMN preview_hash INTEGER;
-- A depth more: 0 nothing, 1 head, 2 head and SHA-1, 3 head and preview, 4 all.
UPDATE asset SET depth = 4 WHERE depth = 3;
