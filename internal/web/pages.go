package web

import (
	"slices"

	"lianxin/internal/door"
)

// Page is one page of the program: ui/pages/<Name>.html, shown with a value of
// the type of Of. Files in the same folder that begin with "_" hold parts which
// the pages of that noun share.
type Page struct {
	Name string
	Of   based
}

// Pages lists every page; a test checks each template against its struct in
// every language. Add a noun's pages here and its routes in Routes.
func Pages() []Page {
	return slices.Concat(
		basePages(),
		loginPages(),
		setupPages(),
		mePages(),
		noticePages(),
		todayPages(),
		visitPages(),
		phonePages(),
		diaryPages(),
		matterPages(),
		meetingPages(),
		inspectionPages(),
		receptionPages(),
		householdPages(),
		advicePages(),
		cadrePages(),
		pairingPages(),
		cardPages(),
		regionPages(),
		stayPages(),
		practicalPages(),
		opinionPages(),
		planPages(),
		leadingPages(),
		minorsPages(),
		rosterPages(),
		settingPages(),
		feedbackPages(),
		complaintPages(),
		accountPages(),
		auditPages(),
		progressPages(),
		exportPages(),
		searchPages(),
	)
}

// Routes gives the rows of the office door.
func (w *Web) Routes() []door.Route {
	return slices.Concat(
		w.fileRoutes(),
		w.baseRoutes(),
		w.loginRoutes(),
		w.setupRoutes(),
		w.meRoutes(),
		w.noticeRoutes(),
		w.todayRoutes(),
		w.visitRoutes(),
		w.phoneRoutes(),
		w.diaryRoutes(),
		w.matterRoutes(),
		w.meetingRoutes(),
		w.inspectionRoutes(),
		w.receptionRoutes(),
		w.householdRoutes(),
		w.adviceRoutes(),
		w.cadreRoutes(),
		w.pairingRoutes(),
		w.cardRoutes(),
		w.regionRoutes(),
		w.stayRoutes(),
		w.practicalRoutes(),
		w.opinionRoutes(),
		w.planRoutes(),
		w.leadingRoutes(),
		w.minorsRoutes(),
		w.rosterRoutes(),
		w.settingRoutes(),
		w.feedbackRoutes(),
		w.complaintRoutes(),
		w.accountRoutes(),
		w.auditRoutes(),
		w.progressRoutes(),
		w.exportRoutes(),
		w.searchRoutes(),
	)
}
