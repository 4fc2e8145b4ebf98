package calendar

// springFestival holds the first day of the first lunar month, 2011 to 2050, as
// month*100+day. The 2012 plan sets a date "before Spring Festival" (domain
// b66), which moves by up to a month. The test recomputes each new moon.
var springFestival = [...]int{
	203, 123, 210, 131, 219, 208, 128, 216, 205, 125, // 2011–2020
	212, 201, 122, 210, 129, 217, 206, 126, 213, 203, // 2021–2030
	123, 211, 131, 219, 208, 128, 215, 204, 124, 212, // 2031–2040
	201, 122, 210, 130, 217, 206, 126, 214, 202, 123, // 2041–2050
}

// SpringFestival returns the day of Spring Festival (春节, 正月初一). ok is
// false outside 2011–2050.
func SpringFestival(year int) (d Day, ok bool) {
	i := year - 2011
	if i < 0 || i >= len(springFestival) {
		return "", false
	}
	return Date(year, springFestival[i]/100, springFestival[i]%100), true
}

// BeforeSpringFestival returns the last day before Spring Festival (除夕), the
// day by which plan B wants the leaders' round done (B23).
func BeforeSpringFestival(year int) (Day, bool) {
	d, ok := SpringFestival(year)
	if !ok {
		return "", false
	}
	return d.Add(-1), true
}
