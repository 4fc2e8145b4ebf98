package complaint

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/confide"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Said is what a sender says, whichever way it comes.
type Said struct {
	About      string `json:"about"`       // the official, "" when he is not chosen
	AboutWords string `json:"about_words"` // whom it is about, in the sender's words
	Words      string `json:"words"`
	Reach      string `json:"reach"` // name or a way to reach the sender, only if he wants to
	Above      bool   `json:"above"` // only for those above the township
}

// Receipt is all a sender gets: the code under which he looks it up. It is shown
// once; the same request again gives the same code.
type Receipt struct {
	Code string `json:"code"` // as it is printed, "4T7K-M2QX-09ZR"
	id   string
}

// Complaint gives the id, for tests and for the author himself.
func (r Receipt) Complaint() string { return r.id }

// PublicInput is what the villagers' page sends. Nobody is logged in there: the
// page knows the county and the place from the card.
type PublicInput struct {
	County string // code
	Town   string // path of the township
	ID     string // operation id, made by the page's form
	Said
}

// Send takes a complaint from the villagers' page. It leaves nothing that tells
// who sent it: no account, no minute, no operation.
func Send(ctx context.Context, tx *db.Tx, in PublicInput) (Receipt, error) {
	town, err := region.Get(ctx, tx, in.County, region.Last(in.Town))
	if err != nil {
		return Receipt{}, err
	}
	if town.Level != region.Township {
		return Receipt{}, fault.New(fault.NotFound, "fault.not_found")
	}
	r, fresh, err := file(ctx, tx, in.County, town.Path, Public, "", in.ID, "", in.Said)
	if err == nil && fresh {
		audit.Note(tx, unnamed{in.County}, "complaint.received", "complaint", countyOf(town.Path))
	}
	return r, err
}

// ConfideInput is a complaint of an official or a member of a village committee.
type ConfideInput struct {
	ID string `json:"id"`
	Said
}

// Confide takes a complaint from somebody with an account (a21). He follows it
// himself; whoever reads it does not learn who he is unless he says so.
func Confide(ctx context.Context, tx *db.Tx, who access.Actor, in ConfideInput) (Receipt, error) {
	town, err := townOf(who, access.ComplaintSend, "")
	if err != nil {
		return Receipt{}, err
	}
	r, fresh, err := file(ctx, tx, who.County(), town, Official, authorOf(tx, who), in.ID, "", in.Said)
	if err == nil && fresh {
		audit.Note(tx, unnamed{who.County()}, "complaint.received", "complaint", countyOf(town))
	}
	return r, err
}

// HandOverInput is what the reception desk hands over sealed. Words may stay in
// the envelope, which then has a number.
type HandOverInput struct {
	ID       string `json:"id"`
	Envelope string `json:"envelope"`
	Said
}

// HandOver takes a visitor's complaint at the reception desk. What the desk
// typed is closed to it from then on; it keeps no list.
func HandOver(ctx context.Context, tx *db.Tx, who access.Actor, in HandOverInput) (Receipt, error) {
	town, err := townOf(who, access.ComplaintHandOver, "")
	if err != nil {
		return Receipt{}, err
	}
	if err := scope.Can(who, access.ComplaintHandOver, town, false); err != nil {
		return Receipt{}, err
	}
	r, fresh, err := file(ctx, tx, who.County(), town, Desk, "", in.ID, in.Envelope, in.Said)
	if err == nil && fresh {
		audit.Note(tx, who, "complaint.hand_over", "complaint", countyOf(town))
	}
	return r, err
}

// RegisterInput is a letter or a call the discipline inspection writes down.
type RegisterInput struct {
	ID     string `json:"id"`
	Town   string `json:"town"` // path; "" takes one's own
	Source string `json:"source"`
	Said
}

// Register writes down what came by letter or telephone. If it is about somebody
// whose complaints the writer must not read, it is gone from his sight at once.
func Register(ctx context.Context, tx *db.Tx, who access.Actor, in RegisterInput) (Receipt, error) {
	town, err := townOf(who, access.ComplaintChange, in.Town)
	if err != nil {
		return Receipt{}, err
	}
	if err := scope.Can(who, access.ComplaintChange, town, false); err != nil {
		return Receipt{}, err
	}
	if !slices.Contains(ByHand, in.Source) {
		return Receipt{}, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "source", Key: "complaint.source_needed"}}}
	}
	r, fresh, err := file(ctx, tx, who.County(), town, in.Source, "", in.ID, "", in.Said)
	if err == nil && fresh {
		audit.Note(tx, who, "complaint.register", "complaint", countyOf(town))
	}
	return r, err
}

// townOf gives the township a person's complaint is filed under: that of his
// grant, or the one he names. Who works for the whole county names one.
func townOf(who access.Actor, do access.Action, asked string) (string, error) {
	s, err := scope.Reach(who, do, asked)
	if err != nil {
		return "", err
	}
	if asked != "" {
		if region.Upto(asked, region.Township) == asked {
			return asked, nil
		}
		return "", fault.New(fault.NotFound, "access.outside")
	}
	for _, r := range s.Regions {
		if t := region.Upto(r, region.Township); t != "" {
			return t, nil
		}
	}
	return "", &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "town", Key: "complaint.town_needed"}}}
}

// file seals a complaint. fresh is false when the same request came before.
func file(ctx context.Context, tx *db.Tx, county, town, source, author, op, envelope string, in Said) (out Receipt, fresh bool, err error) {
	in.AboutWords, in.Words, in.Reach, envelope = strings.TrimSpace(in.AboutWords), strings.TrimSpace(in.Words), strings.TrimSpace(in.Reach), strings.TrimSpace(envelope)
	var f fault.Fields
	f.Check(id.Valid(op), "id", "fault.id_needed")
	f.Check(in.Words != "" || envelope != "", "words", "complaint.words_needed")
	for _, x := range []struct {
		name, text string
		n          int
	}{{"words", in.Words, MaxWords}, {"about_words", in.AboutWords, 100}, {"reach", in.Reach, 100}, {"envelope", envelope, 60}} {
		f.Check(len([]rune(x.text)) <= x.n, x.name, "fault.too_long", "n", x.n)
	}
	a := aim{Above: in.Above}
	if in.About != "" {
		c, err := cadre.Get(ctx, tx, county, in.About)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return out, false, err
		}
		if f.Check(err == nil, "about", "complaint.about_unknown"); err == nil {
			a.About = []string{c.ID}
			town = region.Upto(c.Region, region.Township) // it goes where he works
		}
	}
	if err := f.Err(); err != nil {
		return out, false, err
	}
	// The content is keyed too: nobody without the key can try guesses on it.
	b, err := json.Marshal([]any{source, author, envelope, in})
	if err != nil {
		return out, false, err
	}
	v := tx.Vault()
	out = Receipt{Code: login.ShowCode(codeOf(v.Sub("complaint code "+county), op)), id: v.Index(county, "complaints.id", op)}
	content := v.Index(county, "complaints.content", string(b))
	was, err := db.One(ctx, tx, db.Text, `SELECT content FROM complaints WHERE county = $1 AND id = $2`, county, out.id)
	switch {
	case err == nil && was == content:
		return out, false, nil
	case err == nil:
		return Receipt{}, false, fault.New(fault.Conflict, "fault.other_content")
	case !fault.Is(err, fault.NotFound):
		return Receipt{}, false, err
	}
	today := calendar.FromTime(tx.Now)
	if err := aimAt(ctx, tx, county, town, today, in, &a); err != nil {
		return Receipt{}, false, err
	}
	about, err := json.Marshal(a)
	if err != nil {
		return Receipt{}, false, err
	}
	identity := ""
	if in.Reach != "" {
		identity = v.Apart(apart).Seal(place(county, out.id, "identity"), in.Reach)
	}
	n, err := tx.Exec(ctx, `INSERT INTO complaints (county, id, content, town, source, author, code, about, about_words, words, identity, received_on, state, told_on, ended_on, taken_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'received', '', '', '') ON CONFLICT (county, id) DO NOTHING`,
		county, out.id, content, town, source, author, codeIndex(tx, county, login.ReadCode(out.Code)),
		seal(tx, county, out.id, "about", string(about)), seal(tx, county, out.id, "about_words", in.AboutWords), seal(tx, county, out.id, "words", in.Words), identity, string(today))
	if err == nil && n == 0 {
		err = db.ErrAgain // somebody else's transaction has the same request
	}
	if err != nil {
		return Receipt{}, false, err
	}
	return out, true, step(ctx, tx, county, out.id, "received", envelope, "", "")
}

// aimAt finds out whom a complaint is about and who is named in it, and whether
// it must go above the township as things stand today: later posts change
// nothing about that.
func aimAt(ctx context.Context, tx *db.Tx, county, town string, today calendar.Day, in Said, a *aim) error {
	names, err := officials(ctx, tx, county, town, today)
	if err != nil {
		return err
	}
	meant := named(names, in.AboutWords)
	if in.About == "" && in.AboutWords != "" && len(meant) == 0 {
		// 谢书记, 纪委的老周: nobody here can be shown not to be meant.
		a.Above = true
	}
	for _, x := range meant {
		if !slices.Contains(a.About, x) {
			a.About = append(a.About, x)
		}
	}
	in.AboutWords = ""
	for _, x := range named(names, in.Words) {
		if !slices.Contains(a.About, x) {
			a.Mentioned = append(a.Mentioned, x)
		}
	}
	if len(a.About) == 0 {
		// Nobody is chosen: who is named in the words may be meant.
		a.About, a.Mentioned = a.Mentioned, nil
	}
	k := newKnown(tx, county, today)
	m, err := k.matter(ctx, Complaint{Town: town, On: today, About: a.About, Above: a.Above, mentioned: a.Mentioned})
	if err != nil {
		return err
	}
	a.Above = confide.High(m, k.seats, today)
	return nil
}

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codeOf makes the code from the operation, which is random and stored nowhere,
// so that the same request gets the same code although nothing keeps it.
func codeOf(key []byte, op string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(op))
	v := binary.BigEndian.Uint64(m.Sum(nil))
	out := make([]byte, 12)
	for i := range out {
		out[i] = crockford[v&31]
		v >>= 5
	}
	return string(out)
}

func codeIndex(r db.Reader, county, code string) string {
	return r.Vault().Index(county, "complaints.code", code)
}
