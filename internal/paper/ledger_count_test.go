package paper

import "testing"

// A household whose helper changed in the year stands in two lines and is one household.
func TestTheLedgerCountsHouseholds(t *testing.T) {
	d := LedgerData{Cadres: []LedgerCadre{
		{Households: []LedgerHousehold{{ID: "a", Householder: "王桂兰"}, {ID: "b", Householder: "张建国"}}},
		{Households: []LedgerHousehold{{ID: "a", Householder: "王桂兰"}}},
		{},
	}}
	if got := ledgerCount(d); got != "干部3人，联系户2户，结对3条" {
		t.Error(got)
	}
	d.Cadres = d.Cadres[:1]
	if got := ledgerCount(d); got != "干部1人，联系户2户" {
		t.Error(got)
	}
}

func TestTheDiarysNumbers(t *testing.T) {
	for want, h := range map[string]DiaryHeard{
		"0次": {}, "14次": {Visits: 14}, "14次（另有电话3次、未遇3次、谢绝1次、不计次数2条）": {14, 3, 3, 1, 2},
	} {
		if got := h.words(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
