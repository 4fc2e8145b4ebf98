package access

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func actor(grants ...Grant) Actor {
	return New(Identity{Account: "acc", Cadre: "c1", County: "990101", Grants: grants, Door: Page})
}

func checks(homes ...string) Actor {
	return New(Identity{Account: "acc", County: "990101", Grants: []Grant{{Inspector, "/99/9901/990101/990101100/"}}, Sample: Sample{Checks: []string{"i1"}, Homes: homes, Officials: []string{"c9"}}})
}

func TestCan(t *testing.T) {
	town, village := "/99/9901/990101/990101100/", "/99/9901/990101/990101100/990101100201/"
	other := "/99/9901/990101/990101101/"
	for _, x := range []struct {
		name string
		a    Actor
		do   Action
		at   Target
		want Outcome
	}{
		{"own household", actor(Grant{Cadre, town}), HouseholdRead, Target{Region: village, Own: true}, Allowed},
		{"a colleague's household", actor(Grant{Cadre, town}), HouseholdRead, Target{Region: village, Own: false}, Refused},
		{"a household of another township", actor(Grant{Cadre, town}), HouseholdRead, Target{Region: other, Own: true}, Outside},
		{"office reads its town", actor(Grant{Office, town}), HouseholdRead, Target{Region: village, Own: false}, Allowed},
		{"committee reads its village", actor(Grant{Committee, village}), HouseholdRead, Target{Region: village + "1/", Own: false}, Allowed},
		{"committee: diary of its village", actor(Grant{Committee, village}), VisitRead, Target{Region: village, Own: false}, Refused},
		{"committee: care tags of its village", actor(Grant{Committee, village}), HouseholdTags, Target{Region: village}, Refused},
		{"committee: care tags of his own home", actor(Grant{Committee, village}), HouseholdTags, Target{Region: village, Own: true}, Allowed},
		{"village head: care tags of his village", actor(Grant{VillageHead, village}), HouseholdTags, Target{Region: village}, Allowed},
		{"village head: care tags of another village", actor(Grant{VillageHead, village}), HouseholdTags, Target{Region: town + "990101100202/"}, Outside},
		{"village head: children's data of his village", actor(Grant{VillageHead, village}), HouseholdMinors, Target{Region: village}, Refused},
		{"village head: diary of his village", actor(Grant{VillageHead, village}), VisitRead, Target{Region: village}, Refused},
		{"village head confirms stays", actor(Grant{VillageHead, village}), StayConfirm, Target{Region: village}, Allowed},
		{"committee confirms no stays", actor(Grant{Committee, village}), StayConfirm, Target{Region: village}, Refused},
		{"village head takes the home's word", actor(Grant{VillageHead, village}), PracticalConfirm, Target{Region: village}, Allowed},
		{"committee takes no home's word", actor(Grant{Committee, village}), PracticalConfirm, Target{Region: village}, Refused},
		{"leader sees no care tags", actor(Grant{Leader, town}), HouseholdTags, Target{Region: village, Own: false}, Refused},
		{"leader of the town reads its diaries", actor(Grant{Leader, town}), VisitRead, Target{Region: village}, Allowed},
		{"leader of the county reads figures, no diaries", actor(Grant{Leader, "/99/9901/990101/"}), VisitRead, Target{Region: village}, Refused},
		{"inspector without a check", actor(Grant{Inspector, town}), VisitRead, Target{Region: village, Own: true, Home: "h1"}, Refused},
		{"inspector: a drawn home", checks("h1"), VisitRead, Target{Region: village, Home: "h1"}, Allowed},
		{"inspector: another home", checks("h1"), VisitRead, Target{Region: village, Home: "h2"}, Refused},
		{"inspector: what is no home's", checks("h1"), VisitRead, Target{Region: village}, Refused},
		{"inspector: its official's figures", checks("h1"), ProgressRead, Target{Region: town, Official: "c9"}, Allowed},
		{"inspector: its official is not drawn with it", checks("h1"), VisitRead, Target{Region: town, Official: "c9"}, Refused},
		{"inspector: a home drawn elsewhere", checks("h1"), VisitRead, Target{Region: other, Home: "h1"}, Outside},
		{"inspector: minors never", checks("h1"), HouseholdMinors, Target{Region: village, Home: "h1"}, Refused},
		{"inspector: ID numbers never", checks("h1"), IDReveal, Target{Region: village, Home: "h1"}, Refused},
		{"a sample is nothing to an official", New(Identity{Account: "acc", Cadre: "c1", Grants: []Grant{{Cadre, town}}, Sample: Sample{Homes: []string{"h1"}}}), VisitRead, Target{Region: village, Home: "h1"}, Refused},
		{"county administrator sees no household", actor(Grant{CountyAdmin, "/99/9901/990101/"}), HouseholdList, Target{Region: village, Own: false}, Refused},
		{"a handler: what is given to him", actor(Grant{Handler, town}), AppealRead, Target{Region: village, Own: true}, Allowed},
		{"a handler: what he brought and another has", actor(Grant{Handler, town}), AppealRead, Target{Region: village, Own: true, Brought: true}, Refused},
		{"who also helps homes: what he brought", actor(Grant{Handler, town}, Grant{Cadre, town}), AppealRead, Target{Region: village, Own: true, Brought: true}, Allowed},
		{"system administrator neither", actor(Grant{SysAdmin, "/99/9901/990101/"}), HouseholdList, Target{Region: village, Own: true}, Refused},
		{"two grants: the wider one helps", actor(Grant{Cadre, town}, Grant{Office, other}), HouseholdRead, Target{Region: other, Own: false}, Allowed},
		{"nobody", actor(), HouseholdRead, Target{Region: village, Own: true}, Outside},
	} {
		d := Can(x.a, x.do, x.at)
		if d.Outcome != x.want || (d.Outcome != Allowed) != (d.Because != "") {
			t.Errorf("%s: %+v, want %v", x.name, d, x.want)
		}
	}
}

// The three administrators read nothing personal (GB/T 22239 8.1.5.1–3).
func TestAdministratorsReadNoContent(t *testing.T) {
	for _, do := range Actions() {
		for _, r := range []Role{SysAdmin, SecAdmin, Auditor} {
			switch do {
			case RegionRead, AccountManage, AccountIssue, GrantManage, AuditRead, SystemManage, NoticeWatch, Self:
				continue
			case ComplaintSecond:
				// He agrees that another opens a name, and reads neither name nor complaint.
				if r == SecAdmin {
					continue
				}
			}
			if ReachOf(do, r) != Nothing {
				t.Errorf("%s may %s", r, do)
			}
		}
	}
	for _, do := range []Action{AccountManage, GrantManage, AuditRead} {
		n := 0
		for _, r := range Roles {
			if ReachOf(do, r) != Nothing {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s is held by %d roles, want one", do, n)
		}
	}
}

// The village head has at least what a member of the committee has, and what is
// held for a village is told in one place.
func TestVillageRoles(t *testing.T) {
	for _, do := range Actions() {
		if ReachOf(do, VillageHead) < ReachOf(do, Committee) {
			t.Errorf("%s: the village head has less than the committee", do)
		}
	}
	for _, r := range Roles {
		for path, want := range map[string]bool{"/99/9901/990101/": false, "/99/9901/990101/990101100/": false, "/99/9901/990101/990101100/990101100201/": true, "/99/9901/990101/990101100/990101100201/990101100201001/": false} {
			if got := r.Fits(path); got != (want || r != VillageHead) {
				t.Errorf("%s for %s: %v", r, path, got)
			}
		}
		if got, want := r.Village(), slices.Contains(OfVillage, r); got != want || actor(Grant{r, "/1/"}).OfVillage() != want {
			t.Errorf("%s: %v", r, got)
		}
	}
}

// What a list may show by region is exactly what Can allows by region.
func TestSpanAgreesWithCan(t *testing.T) {
	parts := []string{"/1/", "/1/11/", "/1/12/", "/1/11/111/", "/1/11/112/", "/2/"}
	rapid.Check(t, func(t *rapid.T) {
		var gs []Grant
		for range rapid.IntRange(0, 3).Draw(t, "grants") {
			gs = append(gs, Grant{rapid.SampledFrom(Roles).Draw(t, "role"), rapid.SampledFrom(parts).Draw(t, "region")})
		}
		a := actor(gs...)
		do := rapid.SampledFrom(Actions()).Draw(t, "do")
		at := rapid.SampledFrom(parts).Draw(t, "at")
		s := Reaches(a, do)
		if got, want := s.Contains(at), Can(a, do, Target{Region: at, Own: false}).OK(); got != want {
			t.Fatalf("span %+v contains %s: %v, Can: %v", s, at, got, want)
		}
		for i, p := range s.Regions {
			for j, q := range s.Regions {
				if i != j && strings.HasPrefix(p, q) {
					t.Fatalf("%s lies inside %s", p, q)
				}
			}
		}
		if n, ok := s.Within(at); ok && n.Cadre == "" {
			for _, p := range n.Regions {
				if !strings.HasPrefix(p, at) || !s.Contains(p) {
					t.Fatalf("Within(%s) of %+v gives %s", at, s, p)
				}
			}
		}
	})
}
