package web

import (
	"testing"

	"lianxin/internal/rule/access"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	. "lianxin/internal/work/worktest"
)

// TestHandedBack: who gives a matter out of his hands and may no longer read it
// comes to his list, not to a page that says no.
func TestHandedBack(t *testing.T) {
	workedPeople["handler"] = identityOf(access.Handler, Qingshi, ZhaoWei)
	t.Cleanup(func() { delete(workedPeople, "handler") })
	k := openWorked(t)
	id := k.raise(t, 1)[0]
	k.move(t, Who(access.Office, Qingshi, "", workedDay), appeal.MoveInput{Appeal: id, Move: lifecycle.Accept, Owner: ZhaoWei, Topic: "water"})
	status, at, _ := k.post(t, "handler", "/matters/"+id+"/move", "move", "return", "words", "归水务站")
	if status >= 400 || at != "/matters" {
		t.Errorf("%d %q", status, at)
	}
	if status, _, _, _ := k.as(t, "handler", "GET", "/matters", nil); status != 200 {
		t.Errorf("his list: %d", status)
	}
}
