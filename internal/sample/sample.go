// Package sample invents a believable county: townships with their villages,
// officials, households and more than a year of visits, diary texts, promises,
// practical items and village stays. It serves the demo, the benchmarks and the
// tests, so that nobody is ever tempted to use real people for them.
//
// Everything in it is made up. Division codes begin with 99, which belongs to
// nobody; telephone numbers begin with 1380000; names are drawn from lists of
// common surnames and given-name characters. ID numbers carry a valid check
// digit (GB 11643) behind the invented area code.
//
// The package only computes values. It opens no file and no database, reads no
// clock and draws no randomness of its own: the same seed, day and scale give
// the same county, byte for byte. Whoever wants the values in a database loads
// them through the ordinary use cases.
package sample

import (
	"iter"
	"strconv"
	"time"
)

// Scale says how much of a county is produced.
type Scale string

// The two sizes. ScaleTownship is what the demo shows: 青石镇 with 110 officials
// and 640 households, and the small 白河镇 beside it. ScaleCounty is for
// measuring: 24 townships, about 3,000 officials, 24,000 households and 150,000
// visits; its first two townships equal those of ScaleTownship.
const (
	ScaleTownship Scale = "township"
	ScaleCounty   Scale = "county"
)

// County is the start of everything: the regions above the townships, and the
// townships on demand.
type County struct {
	Seed  uint64
	Today string // day of the demo, 2026-11-23; nothing happened on or after it
	First string // first day on which visits are recorded, 14 months before Today
	Scale Scale

	Code, Name string
	// Regions lists province, prefecture and county, parents first. Townships
	// bring their own regions.
	Regions []Region

	today day
	texts *lexicon
	specs []spec
}

// Generate prepares the county of a seed as seen on a day (2026-11-23). The
// townships themselves are made when Townships is ranged over. A day that is no
// date is an error, as is an unknown scale.
func Generate(seed uint64, today string, scale Scale) (County, error) {
	t, err := parseDay(today)
	if err != nil {
		return County{}, err
	}
	specs, err := specsFor(scale)
	if err != nil {
		return County{}, err
	}
	texts, err := loadTexts()
	if err != nil {
		return County{}, err
	}
	return County{
		Seed: seed, Today: today, First: t.addMonths(-14).String(), Scale: scale,
		Code: "990101", Name: "云岭县",
		Regions: []Region{
			{Code: "99", Name: "示例省", Level: LevelProvince},
			{Code: "9901", Parent: "99", Name: "示例州", Level: LevelPrefecture},
			{Code: "990101", Parent: "9901", Name: "云岭县", Level: LevelCounty},
		},
		today: t, texts: texts, specs: specs,
	}, nil
}

// Townships yields the townships one after the other, so that a whole county
// never lies in memory at once. Ranging twice yields the same values.
func (c County) Townships() iter.Seq[Township] {
	return func(yield func(Township) bool) {
		for _, s := range c.specs {
			if !yield(c.township(s)) {
				return
			}
		}
	}
}

// Size tells how many townships Townships will yield.
func (c County) Size() int { return len(c.specs) }

// township builds one township step by step; each step draws from its own
// stream, so that a change in one leaves the others as they were.
func (c County) township(s spec) Township {
	b := &builder{spec: s, seed: c.Seed, today: c.today, first: c.today.addMonths(-14), texts: c.texts}
	b.regions()
	b.makeUnits()
	b.makeCadres()
	b.makeHouseholds()
	b.pairUp()
	b.groups()
	b.makeStays()
	b.makeVisits()
	b.thoughts()
	b.briefings()
	b.finish()
	return b.t
}

// zone is Chinese standard time, which has no summer time.
var zone = time.FixedZone("CST", 8*60*60)

// At returns the instant of a day (2026-03-05) and clock (15:20) in Chinese time;
// the zero time where they are not such.
func At(dayText, clock string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", dayText+" "+clock, zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// pad writes n with leading zeros.
func pad(n, width int) string {
	s := strconv.Itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}
