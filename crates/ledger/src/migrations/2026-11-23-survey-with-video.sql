-- How long a video shows, in milliseconds: a static scene looks the same whenever it was filmed.
ALTER TABLE asset ADD COLUMN duration INTEGER;
