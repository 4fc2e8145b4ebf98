// Package rehome lists who moves its rows when a village or group is merged or
// split, so that region need not know the packages above it. A test holds the
// list against the live schema: a table with a place in it that nobody moves
// fails it.
package rehome

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/complaint"
	"lianxin/internal/work/feedback"
	"lianxin/internal/work/household"
	"lianxin/internal/work/inspection"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/lookup"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/minors"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/opinion"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/phone"
	"lianxin/internal/work/practical"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/reception"
	"lianxin/internal/work/region"
	"lianxin/internal/work/stay"
	"lianxin/internal/work/visit"
)

// All gives the movers of every package that owns work records with a place.
func All() []region.Mover {
	return []region.Mover{cadre.Rehome, household.Rehome, minors.Rehome, pairing.Rehome, appeal.Rehome, visit.Rehome, stay.Rehome, practical.Rehome, campaign.Rehome, progress.Rehome, feedback.Rehome, meeting.Rehome, inspection.Rehome, complaint.Rehome, opinion.Rehome, leading.Rehome, notice.Rehome, lookup.Rehome, reception.Rehome, phone.Rehome}
}

// With gives all movers and the one of the accounts: a village committee whose
// village is merged keeps its rights in the new one. Doors use this.
func With(book *login.Book, who access.Actor) []region.Mover {
	return append(All(), func(ctx context.Context, tx *db.Tx, county, from, to string) error {
		return book.MoveRegion(ctx, tx, who, county, from, to)
	})
}
