package api

import (
	"slices"
	"strings"

	"lianxin/internal/base/lang"
	"lianxin/internal/export"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/rule/upward"
	"lianxin/internal/work/advice"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/complaint"
	"lianxin/internal/work/household"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/practical"
	"lianxin/internal/work/reception"
	"lianxin/internal/work/stay"
	"lianxin/internal/work/visit"
)

// field is what the document tells of one field of an input beyond its type.
// The words are the catalogues that the use cases themselves check with, so that
// the document cannot drift from them.
type field struct {
	need  bool
	words []string
	text  string // prefix of the words' message keys
	what  string // message key: what the field holds
}

var (
	sent   = field{need: true, what: "api.f.id"}
	needed = field{need: true}
	ways   = field{need: true, words: visit.Ways, text: "visit.how."}
	begins = field{what: "api.f.reason_plan", words: pairing.BeginReasons, text: "pairing.reason."}
	ends   = field{need: true, words: pairing.EndReasons, text: "pairing.reason."}
	home   = field{need: true, what: "api.f.household"}
	helper = field{need: true, what: "api.f.cadre"}
)

// inputs tells of the fields of inputs, by schema.
var inputs = map[string]map[string]field{
	"visit.RecordInput": {
		"id": sent, "household": home, "at": {what: "api.f.at"}, "how": ways,
		"topics": {words: visit.Topics, text: "visit.topic."}, "policies": {words: visit.Policies, text: "visit.policy."}, "activities": {words: visit.Activities, text: "visit.activity."},
		"weather": {words: visit.Weathers, text: "visit.weather."}, "usual": {what: "api.f.usual"}, "words": {what: "api.f.words"}, "for": {what: "api.f.for"}, "with": {what: "api.f.with"},
		"promises": {what: "api.f.promises"}, "thought": {what: "api.f.thought"},
	},
	"visit.AmendInput": {
		"id": sent, "how": ways, "version": {need: true, what: "api.f.version"}, "why": {what: "api.f.why"},
		"topics": {words: visit.Topics, text: "visit.topic."}, "policies": {words: visit.Policies, text: "visit.policy."}, "activities": {words: visit.Activities, text: "visit.activity."},
		"weather": {words: visit.Weathers, text: "visit.weather."}, "words": {what: "api.f.words"}, "with": {what: "api.f.with_left"},
	},
	"visit.PhotoInput":     {"id": sent, "jpeg": {need: true, what: "api.f.jpeg"}},
	"visit.DropPhotoInput": {"id": sent},
	"pairing.PairInput": {
		"id": sent, "household": home, "cadre": helper, "role": {words: pairing.Roles, text: "pairing.role.", what: "api.f.role"}, "from": {what: "api.f.from_today"}, "reason": begins,
	},
	"pairing.EndInput":    {"id": sent, "to": {what: "api.f.last_day"}, "reason": ends},
	"pairing.ChangeInput": {"id": sent, "household": home, "cadre": helper, "from": {what: "api.f.first_day"}, "reason": ends, "notes": {what: "api.f.notes"}},
	"household.AddInput": {
		"id": sent, "region": {need: true, what: "api.f.region"}, "head": {need: true, what: "api.f.head"}, "since": {what: "api.f.since"}, "members": {what: "api.f.members"},
		"distinct": {what: "api.f.distinct"},
	},
	"household.MemberInput":   {"name": needed, "relation": {what: "api.f.relation"}, "sex": {words: household.Sexes, text: "page_household.sex."}, "born": {what: "api.f.born"}, "id_number": {what: "api.f.id_number"}},
	"household.MemberChange":  {"id": sent, "member": {what: "api.f.member"}, "state": {words: household.MemberStates}, "sex": {words: household.Sexes, text: "page_household.sex."}, "born": {what: "api.f.born"}, "id_number": {what: "api.f.id_number"}, "health": {what: "api.f.health"}},
	"household.TagInput":      {"tag": {need: true, words: household.CareTags, text: "household.tag."}},
	"household.TagChange":     {"id": sent, "tag": {words: household.CareTags, text: "household.tag."}},
	"household.ConsentInput":  {"purpose": {need: true, words: household.ConsentFor, text: "page_household.consent_for."}, "way": {need: true, words: household.ConsentWays, text: "page_household.consent_way."}},
	"household.ConsentChange": {"id": sent, "purpose": {words: household.ConsentFor, text: "page_household.consent_for."}, "way": {words: household.ConsentWays, text: "page_household.consent_way."}},
	"api.RevealInput":         {"field": {need: true, words: household.RevealFields}, "purpose": {need: true, words: household.Purposes, text: "household.purpose."}, "member": {what: "api.f.member_of"}},
	"stay.DeclareInput": {
		"id": sent, "for": {what: "api.f.for"}, "kind": {need: true, words: stay.Kinds, text: "stay.kind."}, "from": needed, "to": {what: "api.f.to_same"}, "village": {need: true, what: "api.f.village"},
		"from_half": {what: "api.f.from_half"}, "to_half": {what: "api.f.to_half"}, "night": {what: "api.f.night"},
	},
	"appeal.OpenInput": {
		"title": {need: true, what: "api.f.title"}, "id": {what: "api.f.id_outer"}, "source": {words: appeal.Sources, text: "appeal.source."}, "by": {words: appeal.Bys, text: "appeal.by."},
		"urgency": {words: appeal.Urgencies, text: "appeal.urgency."}, "emphasis": {words: appeal.Emphases, text: "appeal.emphasis."}, "household": {what: "api.f.household"}, "region": {what: "api.f.region_else"},
		"topic": {what: "api.f.topic"}, "wish": {what: "api.f.wish"}, "days": {what: "api.f.days"}, "due": {what: "api.f.due"},
	},
	"appeal.MoveInput": moved(map[string]field{
		"move": {need: true, words: spelled(lifecycle.Moves), text: "appeal.move.", what: "api.f.move"}, "outcome": {words: spelled(lifecycle.Outcomes), text: "appeal.outcome.", what: "api.f.outcome"},
		"on": {what: "api.f.move_on"}, "emphasis": {words: appeal.Emphases, text: "appeal.emphasis."}, "face": {what: "api.f.face"}, "voice": {what: "api.f.voice"}, "appeal": {what: "api.f.in_address"}, "version": {what: "api.f.version_if"},
	}),
	// Closed lists of words without more to tell: the use cases refuse any other.
	"stay.RuleInput":         {"id": sent, "verdict": {need: true, words: stay.Verdicts, text: "stay_page.verdict."}, "why": needed},
	"practical.ProposeInput": {"kind": {words: append(slices.Clone(practical.Kinds), practical.Condolence)}},
	"practical.ConfirmInput": {"way": {words: practical.Ways}},
	"reception.RecordInput":  handled(map[string]field{"sex": {words: reception.Sexes}}),
	"reception.ReceiveInput": handled(map[string]field{}),
	"reception.AmendInput":   {"sex": {words: reception.Sexes}},
	"api.purposeInput":       {"purpose": {words: reception.Purposes}},
	"api.exportInput":        {"purpose": {need: true, words: export.Purposes}},
	"opinion.MoveInput":      {"move": {need: true, words: spelled(upward.AllMoves)}},
	"appeal.RevealInput":     {"purpose": {words: appeal.Purposes}},
	"complaint.AskInput":     {"purpose": {words: complaint.Purposes}},
	"cadre.LeaveInput":       {"kind": {words: cadre.LeaveKinds}},
	"meeting.CallInput":      {"kind": {words: meeting.Kinds}},
	"advice.SendInput":       {"kind": {words: advice.Kinds}},
	"notice.SaveInput":       {"kind": {words: notice.ChannelKinds}},
	"appeal.BulkInput":       moved(map[string]field{"move": {need: true, words: spelled(appeal.BulkMoves), text: "appeal.move.", what: "api.f.move"}, "appeals": {need: true, what: "api.f.appeals"}}),
}

// moved adds to the fields of a move those that one and many have.
func moved(fs map[string]field) map[string]field {
	for n, f := range map[string]field{
		"id": sent, "owner": {what: "api.f.owner"}, "due": {what: "api.f.move_due"}, "words": {what: "api.f.move_words"}, "into": {what: "api.f.into"}, "topic": {what: "api.f.topic"},
		"urgency": {words: appeal.Urgencies, text: "appeal.urgency."}, "way": {words: appeal.Ways, text: "appeal.way.", what: "api.f.way"},
	} {
		fs[n] = f
	}
	return fs
}

// handled adds what became of somebody who came in.
func handled(fs map[string]field) map[string]field {
	fs["way"], fs["route"], fs["told"] = field{words: reception.Ways}, field{words: reception.Routes}, field{words: reception.ToldBy}
	return fs
}

func spelled[T ~string](of []T) []string {
	out := make([]string, len(of))
	for i, x := range of {
		out[i] = string(x)
	}
	return out
}

// perMove says of each move which further fields it needs, as JSON Schema does.
func perMove(facts map[string]field) (out []any) {
	for _, mv := range facts["move"].words {
		if needs := appeal.Needs(lifecycle.Move(mv)); len(needs) > 0 {
			out = append(out, map[string]any{"if": map[string]any{"properties": map[string]any{"move": map[string]any{"const": mv}}}, "then": map[string]any{"required": needs}})
		}
	}
	return out
}

// tell adds to a field's schema what is known of it.
func (s schemas) tell(schema any, f field) any {
	m, ok := schema.(map[string]any)
	if !ok {
		return schema
	}
	var said []string
	if f.what != "" {
		said = append(said, s.texts.T(lang.Chinese, f.what))
	}
	if f.words != nil {
		in := m
		if items, ok := m["items"].(map[string]any); ok {
			in = items
		}
		enum := make([]any, 0, len(f.words)+1)
		for _, w := range f.words {
			enum = append(enum, w)
		}
		if in["type"] == "string" && m["items"] == nil && !f.need {
			enum = append(enum, "") // as good as left out
		}
		in["enum"] = enum
		if f.text != "" {
			said = append(said, s.worded(lang.Chinese, f))
		}
	}
	if said != nil {
		m["description"] = strings.Join(said, s.texts.T(lang.Chinese, "web.semicolon"))
	}
	return m
}

func (s schemas) worded(tag string, f field) string { return words(s.texts, tag, f) }

// words lists the permitted words of a field with what each means.
func words(texts *lang.Catalog, tag string, f field) string {
	out := make([]string, len(f.words))
	for i, w := range f.words {
		out[i] = w
		if f.text != "" {
			out[i] += " " + texts.T(tag, f.text+w)
		}
	}
	return strings.Join(out, texts.T(tag, "web.comma_long"))
}

// permitted gives the words that a field of the input of a call may hold, for
// the problem that says it holds another.
func (a *API) permitted(pattern, name string) (field, bool) {
	_, path, _ := strings.Cut(pattern, " ")
	f, ok := inputs[a.taken[path]][name]
	return f, ok && len(f.words) > 0
}
