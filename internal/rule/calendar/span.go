package calendar

// Span is a run of days with both ends included. An empty From reaches back
// without limit, an empty To forward without limit.
type Span struct {
	From Day `json:"from"`
	To   Day `json:"to"`
}

// Has reports whether the day lies in the span.
func (s Span) Has(d Day) bool {
	return d != "" && (s.From == "" || s.From <= d) && (s.To == "" || d <= s.To)
}

// Meet returns the days both spans share; ok is false when there are none.
func (s Span) Meet(o Span) (both Span, ok bool) {
	both = s
	if both.From < o.From {
		both.From = o.From
	}
	if both.To == "" || o.To != "" && o.To < both.To {
		both.To = o.To
	}
	return both, both.From == "" || both.To == "" || both.From <= both.To
}

// Days returns how many days the span has; an open or reversed span has 0.
func (s Span) Days() int {
	if s.From == "" || s.To == "" || s.To < s.From {
		return 0
	}
	return s.To.Sub(s.From) + 1
}

// Names of the periods a plan may count by.
const (
	PeriodYear     = "year"      // calendar year (domain c15)
	PeriodHalfYear = "half_year" // to 30 June and to 31 December (c16)
	PeriodQuarter  = "quarter"
	PeriodMonth    = "month"
)

// Periods cuts the calendar year into its periods, in order. An unknown name is
// treated as the whole year, which is the mildest reading.
func Periods(year int, period string) []Span {
	step := 12
	switch period {
	case PeriodHalfYear:
		step = 6
	case PeriodQuarter:
		step = 3
	case PeriodMonth:
		step = 1
	}
	out := make([]Span, 0, 12/step)
	for m := 1; m <= 12; m += step {
		end := m + step - 1
		out = append(out, Span{Date(year, m, 1), Date(year, end, daysIn(year, end))})
	}
	return out
}

// PeriodOf returns the period of the given name that contains the day.
func PeriodOf(d Day, period string) Span {
	for _, s := range Periods(d.Year(), period) {
		if s.Has(d) {
			return s
		}
	}
	return Span{}
}
