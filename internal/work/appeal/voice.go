package appeal

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/mask"
	"lianxin/internal/work/scope"
)

// Voice is one home or person who raised a matter, with the words used, and
// later with what they say of the answer.
type Voice struct {
	ID        string       `json:"id"`
	Appeal    string       `json:"appeal"`
	Household string       `json:"household,omitempty"`
	Region    string       `json:"region"`
	Origin    string       `json:"origin"`
	Source    string       `json:"source"`
	Day       calendar.Day `json:"day"`
	Wish      string       `json:"wish,omitempty"`
	Name      string       `json:"name,omitempty"`
	Phone     string       `json:"phone,omitempty"`
	Word      string       `json:"word,omitempty"` // agreed, disputed, unreachable
	WordOn    calendar.Day `json:"word_on,omitempty"`
	Way       string       `json:"way,omitempty"`
	Face      int          `json:"face,omitempty"` // 3 满意, 2 一般, 1 不满意
	Remark    string       `json:"remark,omitempty"`
	Coded     bool         `json:"coded,omitempty"` // has a look-up code
	Heard     int          `json:"heard,omitempty"` // number of the answer the word is of
	Tries     int          `json:"tries,omitempty"` // days on which a call about the present answer reached nobody
	Waits     bool         `json:"waits,omitempty"` // has not yet been heard about the present answer
	triedOn   calendar.Day // the last of them
	cameFrom  string       // matter it was first raised as, after a merge
}

// Words a voice says of an answer.
const (
	Agreed      = "agreed"
	Disputed    = "disputed"
	Unreachable = "unreachable"
)

func voicePlace(county, row, column string) vault.Place {
	return vault.Place{Table: "appeal_voices", Column: column, County: county, Row: row}
}

func sealVoice(r db.Reader, county, row, column, text string) string {
	if text == "" {
		return ""
	}
	return r.Vault().Seal(voicePlace(county, row, column), text)
}

// codeDigits is the length of a look-up code: short enough for somebody of
// seventy to type from a slip, long enough that guessing, which the door
// throttles, is hopeless.
const codeDigits = 12

// lookup gives the code of a voice. It is derived from the voice's id with a
// key outside the database, so a lost slip can be printed again while the
// table holds nothing but a keyed hash.
func lookup(r db.Reader, county, voice string) string {
	m := hmac.New(sha256.New, r.Vault().Sub("appeal.code"))
	m.Write([]byte(county + "\x00" + voice))
	n := binary.BigEndian.Uint64(m.Sum(nil)) % 1_000_000_000_000
	return fmt.Sprintf("%0*d", codeDigits, n)
}

// CodeHash is what is stored of a code; spaces and dashes in it do not matter.
func CodeHash(r db.Reader, county, code string) string {
	digits := strings.Map(func(c rune) rune {
		switch {
		case c >= '0' && c <= '9':
			return c
		case c >= '０' && c <= '９':
			return c - '０' + '0'
		}
		return -1
	}, code)
	if len(digits) != codeDigits {
		return ""
	}
	return r.Vault().Index(county, "appeal_voices.code", digits)
}

// insertVoice writes a voice; code is "" unless one is wanted.
func insertVoice(ctx context.Context, tx *db.Tx, county string, v *Voice, coded bool) (code string, err error) {
	v.ID, v.Coded = tx.NewID(), coded
	hash := ""
	if coded {
		code = lookup(tx, county, v.ID)
		hash = CodeHash(tx, county, code)
	}
	if p, ok := phone(v.Phone); ok {
		v.Phone = p
	}
	_, err = tx.Exec(ctx, `INSERT INTO appeal_voices (county, id, appeal, household, region, origin, source, day, wish, name, phone, code, word, word_on, way, face, remark, came_from) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', '', '', 0, '', '')`,
		county, v.ID, v.Appeal, v.Household, v.Region, v.Origin, v.Source, string(v.Day), sealVoice(tx, county, v.ID, "wish", v.Wish), sealVoice(tx, county, v.ID, "name", v.Name), sealVoice(tx, county, v.ID, "phone", v.Phone), hash)
	return code, err
}

const voiceColumns = `v.id, v.appeal, v.household, v.region, v.origin, v.source, v.day, v.wish, v.name, v.phone, v.code, v.word, v.word_on, v.way, v.face, v.remark, v.came_from, v.heard, v.tries, v.tried_on`

func voiceScanner(r db.Reader, county string) func(db.Row) (Voice, error) {
	return func(w db.Row) (v Voice, err error) {
		var code string
		if err = w.Scan(&v.ID, &v.Appeal, &v.Household, &v.Region, &v.Origin, &v.Source, &v.Day, &v.Wish, &v.Name, &v.Phone, &code, &v.Word, &v.WordOn, &v.Way, &v.Face, &v.Remark, &v.cameFrom, &v.Heard, &v.Tries, &v.triedOn); err != nil {
			return v, err
		}
		v.Coded = code != ""
		for _, x := range []struct {
			column string
			text   *string
		}{{"wish", &v.Wish}, {"name", &v.Name}, {"phone", &v.Phone}, {"remark", &v.Remark}} {
			if *x.text == "" {
				continue
			}
			if *x.text, err = r.Vault().Open(voicePlace(county, v.ID, x.column), *x.text); err != nil {
				return v, err
			}
		}
		return v, nil
	}
}

// voicesOf gives the voices of a matter, the first one first.
func voicesOf(ctx context.Context, r db.Reader, county, appeal string) ([]Voice, error) {
	return db.All(ctx, r, voiceScanner(r, county), `SELECT `+voiceColumns+` FROM appeal_voices v WHERE v.county = $1 AND v.appeal = $2 ORDER BY v.id LIMIT 500`, county, appeal)
}

// Voices gives who raised a matter, for those who may read it; phones are
// masked, Reveal opens one.
func Voices(ctx context.Context, r db.Reader, who access.Actor, appeal string) ([]Voice, error) {
	a, err := Show(ctx, r, who, appeal)
	if err != nil {
		return nil, err
	}
	vs, err := voicesOf(ctx, r, who.County(), appeal)
	for i := range vs {
		vs[i].Waits = a.waits(vs[i])
		vs[i].Phone = mask.Phone(vs[i].Phone)
	}
	return vs, err
}

// RevealInput asks for one phone number, with the purpose.
type RevealInput struct {
	Appeal  string `json:"appeal"`
	Voice   string `json:"voice"`
	Purpose string `json:"purpose"`
}

// Reveal opens the number of somebody who raised a matter, to those who work on
// it or call back about it, and leaves a row in the record.
func Reveal(ctx context.Context, tx *db.Tx, who access.Actor, in RevealInput) (string, error) {
	a, err := Show(ctx, tx, who, in.Appeal)
	if err != nil {
		return "", err
	}
	at := a.Target(who)
	if d := access.Can(who, access.AppealChange, at); !d.OK() && !access.Can(who, access.AppealConfirm, at).OK() {
		return "", scope.Check(d)
	}
	if !has(Purposes, in.Purpose) {
		return "", &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "purpose", Key: "appeal.purpose_needed"}}}
	}
	vs, err := voicesOf(ctx, tx, who.County(), a.ID)
	if err != nil {
		return "", err
	}
	for _, v := range vs {
		if v.ID == in.Voice && v.Phone != "" {
			audit.Note(tx, who, "appeal.reveal", "appeal:"+a.ID, a.Region, "field", "phone", "purpose", in.Purpose)
			return v.Phone, nil
		}
	}
	return "", notFound()
}

// Purposes for which a number is opened, as message keys appeal.purpose.<code>.
var Purposes = []string{"handle", "call_back", "other"}

// Slip gives the look-up code of a voice again, for a lost slip, to those who
// register what people raise. With the code the people's word is given, so
// whoever answers for the matter does not get it.
func Slip(ctx context.Context, r db.Reader, who access.Actor, appeal, voice string) (string, error) {
	a, err := Show(ctx, r, who, appeal)
	if err != nil {
		return "", err
	}
	if err := can(who, access.AppealOpen, a); err != nil {
		return "", err
	}
	if who.Cadre() != "" && a.Owner == who.Cadre() || a.answeredBy != "" && a.answeredBy == who.Account() {
		return "", fault.New(fault.Forbidden, "appeal.slip_own")
	}
	vs, err := Voices(ctx, r, who, appeal)
	if err != nil {
		return "", err
	}
	for _, v := range vs {
		if v.ID == voice && v.Coded {
			return lookup(r, who.County(), v.ID), nil
		}
	}
	return "", notFound()
}

// CodeFor gives a voice that was raised without a slip its look-up code: its
// home came to the desk about the same matter.
func CodeFor(ctx context.Context, tx *db.Tx, who access.Actor, appeal, voice string) (string, error) {
	a, err := Show(ctx, tx, who, appeal)
	if err != nil {
		return "", err
	}
	if err := can(who, access.AppealOpen, a); err != nil {
		return "", err
	}
	code := lookup(tx, who.County(), voice)
	n, err := tx.Exec(ctx, `UPDATE appeal_voices SET code = $4 WHERE county = $1 AND id = $2 AND appeal = $3`, who.County(), voice, a.ID, CodeHash(tx, who.County(), code))
	if err == nil && n == 0 {
		err = notFound()
	}
	if err != nil {
		return "", err
	}
	return code, nil
}

// Said gives what the voices of some matters said of the answers, without
// anything sealed, for use cases above that have decided who may see it.
func Said(ctx context.Context, r db.Reader, county string, appeals []string) (map[string][]Voice, error) {
	m := map[string][]Voice{}
	if len(appeals) == 0 {
		return m, nil
	}
	args := scope.Args{county}
	vs, err := db.All(ctx, r, func(w db.Row) (v Voice, err error) {
		var code string
		err = w.Scan(&v.ID, &v.Appeal, &v.Household, &v.Origin, &v.Day, &code, &v.Word, &v.WordOn, &v.Face)
		v.Coded = code != ""
		return v, err
	}, `SELECT id, appeal, household, origin, day, code, word, word_on, face FROM appeal_voices WHERE county = $1 AND appeal IN `+scope.In(&args, appeals)+` ORDER BY id`, args...)
	for _, v := range vs {
		m[v.Appeal] = append(m[v.Appeal], v)
	}
	return m, err
}
