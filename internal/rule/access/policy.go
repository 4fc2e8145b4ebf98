package access

// Action is something a person may or may not do.
type Action string

// Reach is how far a role's permission goes.
type Reach int

// The reaches.
const (
	Nothing  Reach = iota
	OwnOnly        // only what is his own
	InRegion       // everything in the region of the grant
	TownOnly       // the same, of a township or less: a county's grant is for figures (domain §6.2, R14)
	Drawn          // only what was drawn for an inspection in force (§6.1, R10)
)

// The actions, named noun.verb.
const (
	RegionRead   Action = "region.read"
	RegionChange Action = "region.change"

	PlanRead  Action = "plan.read"
	PlanFloor Action = "plan.floor"  // county: floors a township may raise, not lower
	PlanIssue Action = "plan.issue"  // township: its own version
	PlanDraft Action = "plan.dryrun" // dry run over last year's facts

	LeadingRead   Action = "leading.read"   // leading group, office, responsible person
	LeadingChange Action = "leading.change" // the township's own, with the numbers its cards print

	// CalendarChange enters holiday notices and local days off for the county.
	CalendarChange Action = "calendar.change"

	CadreRead   Action = "cadre.read"
	CadreChange Action = "cadre.change"
	CadreReveal Action = "cadre.reveal" // full phone number

	HouseholdList   Action = "household.list"    // name, group, masked phone
	HouseholdRead   Action = "household.read"    // members, housing, notes; masked numbers
	HouseholdTags   Action = "household.tags"    // which care tags: sensitive
	HouseholdHealth Action = "household.health"  // care tags and health, opened with a purpose
	HouseholdReveal Action = "household.reveal"  // full phone, address
	HouseholdNotes  Action = "household.notes"   // how the home lives and works
	HouseholdIDTail Action = "household.id_tail" // the last places of ID numbers
	HouseholdMinors Action = "household.minors"  // what is kept of people under 18, with an approval in force (work/minors)
	IDReveal        Action = "household.reveal_id"
	// Who may read what is kept of people under 18: the right by role is not
	// enough. MinorsList shows who waits and who is approved; MinorsDecide names
	// and approves, and rule/minors says which leader.
	MinorsList      Action = "household.minors_list"
	MinorsDecide    Action = "household.minors_decide"
	HouseholdChange Action = "household.change"
	HouseholdAdvise Action = "household.advise" // suggestion of a correction to the office

	// InspectionRead sees an inspection and, while it is in force, its homes;
	// InspectionDraw draws one (§6.3: R3 samples).
	InspectionRead Action = "inspection.read"
	InspectionDraw Action = "inspection.draw"

	PairingRead    Action = "pairing.read"
	PairingChange  Action = "pairing.change"
	PairingConfirm Action = "pairing.confirm" // a leader looks over what is new and confirms the list
	CardPrint      Action = "card.print"

	VisitList   Action = "visit.list"   // when, who, way, result
	VisitRead   Action = "visit.read"   // the words of the diary too
	VisitRecord Action = "visit.record" // for a household in reach
	VisitAmend  Action = "visit.amend"

	AppealRead   Action = "appeal.read"
	AppealChange Action = "appeal.change" // answer, ask for a later day, hand back
	// AppealOpen registers what somebody raised; AppealAssign says whose it is
	// and what becomes of it; AppealExtend grants a later day (the plan says
	// which of the two roles); AppealConfirm writes down what the people say of
	// the answer, never the one who gave it.
	AppealOpen    Action = "appeal.open"
	AppealAssign  Action = "appeal.assign"
	AppealExtend  Action = "appeal.extend"
	AppealConfirm Action = "appeal.confirm"

	// Search looks for words in diaries and matters, within what one reads. An
	// inspector reads his homes one by one and looks for nothing across them.
	Search Action = "search"

	ReceptionRead   Action = "reception.read"   // the register, without telephone and address
	ReceptionRecord Action = "reception.record" // at the office's desk, at the committee's
	TopicChange     Action = "appeal.topics"    // the county's catalogue

	// MeetingRead is by region, or for those who were invited; MeetingAgenda sees
	// what is proposed; MeetingChange calls and writes, of the analysis meeting
	// (MeetingAnalyse) the office alone; MeetingSign is the chair's, whoever that
	// is, and MeetingClose the chair's and the recorder's.
	MeetingRead    Action = "meeting.read"
	MeetingAgenda  Action = "meeting.agenda"
	MeetingChange  Action = "meeting.change"
	MeetingAnalyse Action = "meeting.analyse"
	MeetingSign    Action = "meeting.sign"
	MeetingClose   Action = "meeting.close"

	PracticalRead    Action = "practical.read"
	PracticalChange  Action = "practical.change"
	PracticalConfirm Action = "practical.confirm" // logged for the household, never by the official himself

	StayRead    Action = "stay.read"
	StayDeclare Action = "stay.declare"
	StayConfirm Action = "stay.confirm" // the village head confirms or disputes
	StayRule    Action = "stay.rule"    // the office rules on what is disputed

	ProgressRead Action = "progress.read"
	ProgressSums Action = "progress.sums" // of whole townships, without names
	Export       Action = "export"
	RosterImport Action = "roster.import"

	AccountManage Action = "account.manage" // create, disable, activation slips for any role
	AccountIssue  Action = "account.issue"  // slips for the officials of one's own roster
	GrantManage   Action = "grant.manage"
	AuditRead     Action = "audit.read"
	SystemManage  Action = "system.manage" // settings, jobs, backup
	// FeedbackAnswer reads and answers complaints and suggestions: the county,
	// never the sender's own office or leaders.
	FeedbackAnswer Action = "feedback.answer"
	// Complaints about officials: the discipline inspection reads and moves them,
	// rule/confide says which; officials send them in confidence and follow their
	// own; the reception desk hands them over sealed; the county's administrator
	// learns how many nobody can read. ComplaintSecond agrees that another opens
	// a sender's name: somebody who may read the complaint, or the security
	// administrator, who reads nothing of it (ANON-8).
	ComplaintRead     Action = "complaint.read"
	ComplaintChange   Action = "complaint.change"
	ComplaintSend     Action = "complaint.send"
	ComplaintHandOver Action = "complaint.hand_over"
	ComplaintSeats    Action = "complaint.seats"
	ComplaintSecond   Action = "complaint.second"
	// Opinions sent upward: any official proposes and follows his own, the office
	// edits and sends, a leader approves. What others propose about a village is
	// not read in that village.
	OpinionRead    Action = "opinion.read"
	OpinionPropose Action = "opinion.propose"
	OpinionEdit    Action = "opinion.edit"
	OpinionApprove Action = "opinion.approve"
	// NoticeChannel switches on what leaves for mail and group robots: the
	// county answers for it. NoticeWatch sees whether it arrives.
	NoticeChannel Action = "notice.channel"
	NoticeWatch   Action = "notice.watch"
	Self          Action = "self" // one's own account
)

type row = map[Role]Reach

// policy is domain.md §6.2–6.3 as a table. An action or role that is not in it
// may do nothing.
var policy = map[Action]row{
	RegionRead:   {CountyAdmin: InRegion, Office: InRegion, Leader: InRegion, Inspector: InRegion, Cadre: InRegion, Committee: InRegion, VillageHead: InRegion, Handler: InRegion, Discipline: InRegion, SysAdmin: InRegion, SecAdmin: InRegion},
	RegionChange: {CountyAdmin: InRegion, Office: InRegion},

	PlanRead:  {CountyAdmin: InRegion, Office: InRegion, Leader: InRegion, Inspector: InRegion, Cadre: InRegion, Committee: InRegion, VillageHead: InRegion},
	PlanFloor: {CountyAdmin: InRegion},
	PlanIssue: {CountyAdmin: InRegion, Office: InRegion},
	PlanDraft: {CountyAdmin: InRegion, Office: InRegion},

	CalendarChange: {CountyAdmin: InRegion},

	CadreRead:     {Office: InRegion, Leader: InRegion, Inspector: InRegion, Cadre: OwnOnly, Committee: InRegion, VillageHead: InRegion, Handler: OwnOnly},
	LeadingRead:   {CountyAdmin: InRegion, Office: InRegion, Leader: InRegion, Inspector: InRegion, Cadre: InRegion, Committee: InRegion, VillageHead: InRegion},
	LeadingChange: {Office: InRegion},
	CadreChange:   {Office: InRegion},
	CadreReveal:   {Office: InRegion, Leader: InRegion, Cadre: OwnOnly, Committee: OwnOnly, VillageHead: OwnOnly},

	HouseholdList:   {Office: InRegion, Leader: InRegion, Inspector: Drawn, Cadre: OwnOnly, Committee: InRegion, VillageHead: InRegion},
	HouseholdRead:   {Office: InRegion, Leader: InRegion, Inspector: Drawn, Cadre: OwnOnly, Committee: InRegion, VillageHead: InRegion},
	HouseholdTags:   {Office: InRegion, Cadre: OwnOnly, Committee: OwnOnly, VillageHead: InRegion},
	HouseholdHealth: {Office: InRegion, Inspector: Drawn, Cadre: OwnOnly, Committee: OwnOnly, VillageHead: InRegion},
	HouseholdNotes:  {Office: InRegion, Cadre: OwnOnly, Committee: InRegion, VillageHead: InRegion},
	HouseholdReveal: {Office: InRegion, Inspector: Drawn, Cadre: OwnOnly, Committee: InRegion, VillageHead: InRegion},
	HouseholdIDTail: {Office: InRegion, Cadre: OwnOnly, Committee: InRegion, VillageHead: InRegion},
	HouseholdMinors: {Office: InRegion, Cadre: OwnOnly, Committee: OwnOnly, VillageHead: OwnOnly},
	IDReveal:        {Office: InRegion},
	MinorsList:      {Office: InRegion, Leader: TownOnly},
	MinorsDecide:    {Leader: TownOnly},
	HouseholdChange: {Office: InRegion},
	HouseholdAdvise: {Office: InRegion, Cadre: OwnOnly, Committee: InRegion, VillageHead: InRegion},

	InspectionRead: {Office: InRegion, Leader: InRegion, Inspector: OwnOnly},
	InspectionDraw: {Office: InRegion},

	PairingRead:    {Office: InRegion, Leader: InRegion, Inspector: Drawn, Cadre: OwnOnly, Committee: InRegion, VillageHead: InRegion},
	PairingChange:  {Office: InRegion},
	PairingConfirm: {Leader: TownOnly},
	CardPrint:      {Office: InRegion, Cadre: OwnOnly, Committee: OwnOnly, VillageHead: OwnOnly},

	VisitList:   {Office: InRegion, Leader: InRegion, Inspector: Drawn, Cadre: OwnOnly, Committee: OwnOnly, VillageHead: OwnOnly},
	VisitRead:   {Office: InRegion, Leader: TownOnly, Inspector: Drawn, Cadre: OwnOnly, Committee: OwnOnly, VillageHead: OwnOnly},
	VisitRecord: {Office: InRegion, Cadre: OwnOnly, Committee: InRegion, VillageHead: InRegion},
	VisitAmend:  {Cadre: OwnOnly, Committee: OwnOnly, VillageHead: OwnOnly, Office: OwnOnly},

	AppealRead:   {Office: InRegion, Leader: InRegion, Inspector: Drawn, Cadre: OwnOnly, Committee: InRegion, VillageHead: InRegion, Handler: OwnOnly},
	AppealChange: {Office: InRegion, Cadre: OwnOnly, Committee: OwnOnly, VillageHead: OwnOnly, Handler: OwnOnly},

	AppealOpen:    {Office: InRegion, Cadre: OwnOnly, Committee: InRegion, VillageHead: InRegion},
	AppealAssign:  {Office: InRegion},
	AppealExtend:  {Leader: InRegion, Office: InRegion},
	AppealConfirm: {Office: InRegion, Committee: InRegion, VillageHead: InRegion},
	Search:        {Office: InRegion, Leader: InRegion, Cadre: OwnOnly, Committee: InRegion, VillageHead: InRegion, Handler: OwnOnly},
	TopicChange:   {CountyAdmin: InRegion},

	MeetingRead:     {Office: InRegion, Leader: InRegion, Cadre: OwnOnly, Committee: InRegion, VillageHead: InRegion, Handler: OwnOnly},
	MeetingAgenda:   {Office: InRegion, Leader: InRegion, Committee: InRegion, VillageHead: InRegion},
	MeetingChange:   {Office: InRegion, Committee: InRegion, VillageHead: InRegion},
	MeetingAnalyse:  {Office: InRegion},
	MeetingSign:     {Office: OwnOnly, Leader: OwnOnly, Cadre: OwnOnly, Committee: OwnOnly, VillageHead: OwnOnly},
	MeetingClose:    {Office: OwnOnly, Leader: OwnOnly, Cadre: OwnOnly, Committee: OwnOnly, VillageHead: OwnOnly},
	ReceptionRead:   {Office: InRegion, Leader: InRegion, Committee: InRegion, VillageHead: InRegion},
	ReceptionRecord: {Office: InRegion, Committee: InRegion, VillageHead: InRegion},

	PracticalRead:    {Office: InRegion, Leader: InRegion, Inspector: Drawn, Cadre: OwnOnly, Committee: InRegion, VillageHead: InRegion},
	PracticalChange:  {Office: InRegion, Cadre: OwnOnly, Committee: OwnOnly, VillageHead: OwnOnly},
	PracticalConfirm: {Office: InRegion, VillageHead: InRegion},

	StayRead:    {Office: InRegion, Leader: InRegion, Inspector: Drawn, Cadre: OwnOnly, Committee: InRegion, VillageHead: InRegion},
	StayDeclare: {Office: InRegion, Cadre: OwnOnly},
	StayConfirm: {Office: InRegion, VillageHead: InRegion},
	StayRule:    {Office: InRegion},

	ProgressRead: {Office: InRegion, Leader: InRegion, Inspector: Drawn, Cadre: OwnOnly, Committee: OwnOnly, VillageHead: InRegion},
	ProgressSums: {CountyAdmin: InRegion, Office: InRegion, Leader: InRegion, Inspector: InRegion, Cadre: OwnOnly, Committee: OwnOnly, VillageHead: InRegion},
	Export:       {Office: InRegion},
	RosterImport: {Office: InRegion},

	AccountManage: {SysAdmin: InRegion},
	AccountIssue:  {Office: InRegion, SysAdmin: InRegion},
	GrantManage:   {SecAdmin: InRegion},
	AuditRead:     {Auditor: InRegion},
	SystemManage:  {SysAdmin: InRegion},

	FeedbackAnswer: {CountyAdmin: InRegion},

	ComplaintRead:     {Discipline: InRegion},
	ComplaintChange:   {Discipline: InRegion},
	ComplaintSend:     {Office: InRegion, Leader: InRegion, Cadre: InRegion, Committee: InRegion, VillageHead: InRegion, Handler: InRegion, Discipline: InRegion},
	ComplaintHandOver: {Office: InRegion},
	ComplaintSeats:    {CountyAdmin: InRegion},
	ComplaintSecond:   {Discipline: InRegion, SecAdmin: InRegion},

	OpinionRead:    {Office: InRegion, Leader: InRegion, Cadre: OwnOnly, Committee: OwnOnly, VillageHead: OwnOnly},
	OpinionPropose: {Office: InRegion, Leader: InRegion, Cadre: OwnOnly, Committee: OwnOnly, VillageHead: OwnOnly},
	OpinionEdit:    {Office: InRegion},
	OpinionApprove: {Leader: InRegion},

	Self:          {CountyAdmin: InRegion, Office: InRegion, Leader: InRegion, Inspector: InRegion, Cadre: InRegion, Committee: InRegion, VillageHead: InRegion, Handler: InRegion, Discipline: InRegion, SysAdmin: InRegion, SecAdmin: InRegion, Auditor: InRegion},
	NoticeChannel: {CountyAdmin: InRegion},
	NoticeWatch:   {CountyAdmin: InRegion, SysAdmin: InRegion},
}

// Actions lists every action of the policy, for tests and the settings page.
func Actions() []Action {
	out := make([]Action, 0, len(policy))
	for a := range policy {
		out = append(out, a)
	}
	return out
}

// Reach of a role for an action, for the settings page that shows who may what.
func ReachOf(do Action, r Role) Reach { return policy[do][r] }
