-- why: taking a bulk change back puts back everything it changed — topic,
--      urgency, day and clock too — so its step keeps the matter as it was.
-- owner: internal/work/appeal
ALTER TABLE appeal_steps ADD COLUMN undo TEXT NOT NULL DEFAULT '';
