-- why: a matter closes when every voice has been asked about the present answer, so a word keeps the number of the answer it is of, and calls that reached nobody are counted for each voice; what closed before keeps the words that closed it, and a home that was passed over then keeps its say (issue 3, ADR 5)
-- owner: work/appeal (appeal_voices)

ALTER TABLE appeal_voices ADD COLUMN heard BIGINT NOT NULL DEFAULT 0;
ALTER TABLE appeal_voices ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
UPDATE appeal_voices SET heard = (SELECT a.answers FROM appeals a WHERE a.county = appeal_voices.county AND a.id = appeal_voices.appeal)
WHERE word IN ('agreed', 'unreachable') AND EXISTS (SELECT 1 FROM appeals a WHERE a.county = appeal_voices.county AND a.id = appeal_voices.appeal AND a.state = 'closed');
UPDATE appeal_voices SET tries = (SELECT a.tries FROM appeals a WHERE a.county = appeal_voices.county AND a.id = appeal_voices.appeal)
WHERE EXISTS (SELECT 1 FROM appeals a WHERE a.county = appeal_voices.county AND a.id = appeal_voices.appeal AND a.state = 'answered' AND a.voices = 1);
