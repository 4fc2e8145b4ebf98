-- why: whether a visit was paired is judged by the pairings as they stand when it is read (a pairing entered or mended later speaks for it too); nobody has read the stored word since
-- owner: work/visit (visits)
ALTER TABLE visits DROP COLUMN paired;
