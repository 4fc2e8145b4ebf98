package calendar

// springFestival holds the first day of the first lunar month, 2000 to 2100, as
// month*100+day. The 2012 plan sets a date "before Spring Festival" (domain
// b66), which moves by up to a month. The test recomputes each new moon.
var springFestival = [...]int{
	205, 124, 212, 201, 122, 209, 129, 218, 207, 126, // 2000–2009
	214, 203, 123, 210, 131, 219, 208, 128, 216, 205, // 2010–2019
	125, 212, 201, 122, 210, 129, 217, 206, 126, 213, // 2020–2029
	203, 123, 211, 131, 219, 208, 128, 215, 204, 124, // 2030–2039
	212, 201, 122, 210, 130, 217, 206, 126, 214, 202, // 2040–2049
	123, 211, 201, 219, 208, 128, 215, 204, 124, 212, // 2050–2059
	202, 121, 209, 129, 217, 205, 126, 214, 203, 123, // 2060–2069
	211, 131, 219, 207, 127, 215, 205, 124, 212, 202, // 2070–2079
	122, 209, 129, 217, 206, 126, 214, 203, 124, 210, // 2080–2089
	130, 218, 207, 127, 215, 205, 125, 212, 201, 121, // 2090–2099
	209, // 2100
}

// SpringFestival returns the day of Spring Festival (春节, 正月初一). ok is
// false outside 2000–2100.
func SpringFestival(year int) (d Day, ok bool) {
	i := year - 2000
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
