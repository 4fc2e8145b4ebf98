package offline_test

import (
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/phone"
	"lianxin/internal/work/visit"
	"lianxin/internal/work/worktest"
)

// TestChooseOnThePhone: of two edits that met, the official takes one or both on
// his phone, once, with the rights of whoever corrects; a text nobody saw is not
// overwritten by a choice that was made before it.
func TestChooseOnThePhone(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		ctx, li := t.Context(), "li"
		w.push(li, "first-phone", w.visit("visit-of-two", "第一段"))
		at := 1
		words := func() string {
			v, err := visit.Get(ctx, w.d, worktest.County, "visit-of-two")
			if err != nil {
				t.Fatal(err)
			}
			at = v.Version
			return v.Words
		}
		edit := func(id, text string, version int) phone.Result {
			return w.push(li, "first-phone", w.op(id, "visit.amend", map[string]any{"visit": "visit-of-two", "version": version, "how": "home", "words": text}))[0]
		}
		choose := func(who, id, held, choice string, seen int) phone.Result {
			rs := w.push(who, map[string]string{"li": "first-phone", "zhao": "phone-of-zhao"}[who], w.op(id, "held.choose", map[string]any{"id": id, "held": held, "choice": choice, "seen": seen}))
			return rs[0]
		}
		state := func(held string) string {
			s, err := dbText(w, `SELECT state || ' ' || choice FROM phone_held WHERE id = $1`, held)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		edit("edit-desk-1", "办公室看过的一段", 1)
		mine := edit("edit-mine-1", "我写的一段", 1)
		if mine.Status != phone.Held || words() != "办公室看过的一段" {
			t.Fatal(mine, words())
		}
		// Somebody else has no say in it.
		if r := choose("zhao", "choice-of-zhao", mine.Held, phone.Mine, at); r.Status != phone.Held || words() != "办公室看过的一段" || state(mine.Held) != "open " {
			t.Error("a colleague chooses:", r, state(mine.Held))
		}
		// He chose when another text stood there.
		edit("edit-desk-2", "又改过的一段", at)
		if r := choose(li, "choice-late", mine.Held, phone.Mine, at); r.Status != phone.Done || words() != "又改过的一段" || state(mine.Held) != "open " {
			t.Error("a text nobody saw:", r, words(), state(mine.Held))
		}
		h, err := w.desk.HeldShow(ctx, w.d, w.who(li), mine.Held, "")
		if err != nil || !h.Clash() || h.Reasons[len(h.Reasons)-1].Key != "offline.changed_again" || !strings.Contains(string(h.Body), "我写的一段") {
			t.Errorf("what the record says: %+v %v", h.Reasons, err)
		}
		_ = words()
		seen := at
		if r := choose(li, "choice-mine", mine.Held, phone.Mine, seen); r.Status != phone.Done || words() != "我写的一段" || state(mine.Held) != "done mine" {
			t.Error("mine:", r, words(), state(mine.Held))
		}
		// Sent twice, and chosen otherwise on another phone: nothing more happens.
		if r := choose(li, "choice-mine", mine.Held, phone.Mine, seen); r.Status != phone.Again {
			t.Error("twice:", r)
		}
		v := at
		if r := choose(li, "choice-other", mine.Held, phone.Both, seen); r.Status != phone.Done || words() != "我写的一段" || at != v {
			t.Error("decided already:", r, words(), at)
		}
		// What stands; and both.
		two := edit("edit-mine-2", "第二次写的", 1)
		if r := choose(li, "choice-theirs", two.Held, phone.Theirs, at); r.Status != phone.Done || words() != "我写的一段" || state(two.Held) != "dropped theirs" {
			t.Error("theirs:", r, words(), state(two.Held))
		}
		three := edit("edit-mine-3", "第三次写的", 1)
		if r := choose(li, "choice-both", three.Held, phone.Both, at); r.Status != phone.Done || !strings.Contains(words(), "我写的一段") || !strings.Contains(words(), "第三次写的") {
			t.Error("both:", r, words())
		}
		for _, choice := range []string{phone.Let, phone.Drop, "", phone.Fixed} {
			four := edit("edit-mine-4", "第四次写的", 1)
			if r := choose(li, "choice-not-"+choice, four.Held, choice, at); r.Status != phone.Held || state(four.Held) != "open " {
				t.Error(choice, r, state(four.Held))
			}
		}
	})
}

// TestWordsAddedOnThePhone: an answer that was refused because nothing was said
// gets its words from the phone, and keeps the id it was made under.
func TestWordsAddedOnThePhone(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		ctx, li := t.Context(), "li"
		w.push(li, "first-phone", w.op("visit-with-promise", "visit.record", map[string]any{"household": worktest.WangHome, "how": "home", "promises": []map[string]any{{"id": "promise-0001", "title": "约村医"}}}))
		r := w.push(li, "first-phone", w.op("answer-0001", "matter.move", map[string]any{"appeal": "promise-0001", "move": "answer", "outcome": "solved"}))[0]
		if r.Status != phone.Held || len(r.Reasons) != 1 || r.Reasons[0].Field != "words" {
			t.Fatalf("%+v", r)
		}
		add := func(id, words string) phone.Result {
			return w.push(li, "first-phone", w.op(id, "held.choose", map[string]any{"held": r.Held, "choice": "words", "words": words}))[0]
		}
		if x := add("words-none", " "); x.Status != phone.Held || x.Reasons[0].Key != "offline.words_needed" {
			t.Error("nothing said again:", x)
		}
		if x := add("words-0001", "周四来看过了"); x.Status != phone.Done || x.Ref != "matter:promise-0001" {
			t.Error("with words:", x)
		}
		if x := add("words-0001", "周四来看过了"); x.Status != phone.Again {
			t.Error("twice:", x)
		}
		// Words that come when it is decided are not thrown away.
		if x := add("words-0002", "另一句"); x.Status != phone.Held {
			t.Error("decided already:", x)
		}
		a, err := appeal.Get(ctx, w.d, worktest.County, "promise-0001")
		if err != nil || a.State != "answered" {
			t.Error(a.State, err)
		}
		ss, err := db.All(ctx, w.d, db.Text, `SELECT id FROM appeal_steps WHERE appeal = 'promise-0001' AND kind = 'answer'`)
		if err != nil || len(ss) != 1 {
			t.Error("answers:", ss, err)
		}
		h, err := w.desk.HeldShow(ctx, w.d, w.who(li), r.Held, "")
		if err != nil || h.State != phone.HeldDone || h.Choice != phone.Worded || h.Answer != "" {
			t.Errorf("%+v %v", h, err)
		}
		if x := w.push(li, "first-phone", w.op("answer-0001", "matter.move", map[string]any{"appeal": "promise-0001", "move": "answer", "outcome": "solved"}))[0]; x.Status != phone.Done {
			t.Error("the answer itself, sent again:", x)
		}
	})
}
