-- why: nobody is called "not reached" after two calls in a minute: each voice
--      keeps the day of the last call that reached nobody, and its tries are days.
-- owner: internal/work/appeal
ALTER TABLE appeal_voices ADD COLUMN tried_on TEXT NOT NULL DEFAULT '';
