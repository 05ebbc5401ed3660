-- What a person decided in one step belongs together. Decisions of older programs were made one by one, as far as is known.
ALTER TABLE decision ADD COLUMN together INTEGER REFERENCES decision(key); -- the first decision of the step; NULL for that one itself
CREATE INDEX decision_together ON decision (together) WHERE together IS NOT NULL;
