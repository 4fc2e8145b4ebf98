package phone

import (
	"encoding/json"

	"lianxin/internal/rule/calendar"
)

// Record is one record of a picture.
type Record struct {
	K string `json:"k"`
	V any    `json:"v"`
}

// The records, as ui/phone/types.js says them.
type (
	recordMe struct {
		Cadre      string        `json:"cadre"`
		Name       string        `json:"name"`
		Post       string        `json:"post"`
		Unit       string        `json:"unit"`
		Township   string        `json:"township"`
		Lang       string        `json:"lang"`
		Today      calendar.Day  `json:"today"`
		Office     recordOffice  `json:"office"`
		Complaints string        `json:"complaints"`
		Villages   []recordNamed `json:"villages"`
		Village    string        `json:"village"`
		Colleagues []recordNamed `json:"colleagues"`
		Nights     []bool        `json:"nights"`
	}
	recordOffice struct {
		Name  string `json:"name"`
		Phone string `json:"phone"`
	}
	recordNamed struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	recordHome struct {
		ID       string         `json:"id"`
		Head     string         `json:"head"`
		Initials string         `json:"initials"`
		Pinyin   string         `json:"pinyin"`
		Village  string         `json:"village"`
		Group    string         `json:"group"`
		Address  string         `json:"address"`
		Phone    string         `json:"phone"`
		Priority bool           `json:"priority"`
		Tags     []string       `json:"tags"`
		Members  []recordMember `json:"members"`
		Role     string         `json:"role"`
		Since    calendar.Day   `json:"since"`
		Due      *recordDue     `json:"due"`
		Year     recordYear     `json:"year"`
		Last     calendar.Day   `json:"last"`
		Card     *recordCard    `json:"card"`
	}
	recordMember struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Relation string `json:"relation"`
		Age      int    `json:"age"`
		Phone    string `json:"phone"`
		Initials string `json:"initials"`
	}
	recordDue struct {
		By   calendar.Day   `json:"by"`
		Key  string         `json:"key"`
		Args map[string]any `json:"args"`
	}
	recordYear struct {
		Done int `json:"done"`
		Want int `json:"want"` // 0 when no plan asks for visits to each home
		Seen int `json:"seen"`
	}
	recordCard struct {
		Number  string       `json:"number"`
		Printed calendar.Day `json:"printed"`
		State   string       `json:"state"`
	}
	recordVisit struct {
		ID         string       `json:"id"`
		Home       string       `json:"home"`
		Day        calendar.Day `json:"day"`
		Clock      string       `json:"clock"`
		How        string       `json:"how"`
		Topics     []string     `json:"topics"`
		Policies   []string     `json:"policies,omitempty"` // so that a correction of the words keeps them
		Activities []string     `json:"activities,omitempty"`
		Weather    string       `json:"weather"`
		Need       bool         `json:"need"`
		Usual      bool         `json:"usual"`
		Words      string       `json:"words"`
		By         string       `json:"by"`
		Mine       bool         `json:"mine"`
		Late       bool         `json:"late"`
		Proxy      bool         `json:"proxy"`
		Version    int          `json:"version"`
		Voided     bool         `json:"voided"`
	}
	recordMatter struct {
		ID          string       `json:"id"`
		Home        string       `json:"home"`
		Title       string       `json:"title"`
		Wish        string       `json:"wish"`
		State       string       `json:"state"`
		Outcome     string       `json:"outcome"`
		Due         calendar.Day `json:"due"`
		Provisional bool         `json:"provisional"`
		Mine        bool         `json:"mine"`
		Raised      bool         `json:"raised"`
		Owner       string       `json:"owner"`
		Emphasis    string       `json:"emphasis"`
		Opened      calendar.Day `json:"opened"`
		Said        string       `json:"said"`
		Moves       []string     `json:"moves"`
		Version     int          `json:"version"`
	}
	recordThought struct {
		ID    string       `json:"id"`
		Day   calendar.Day `json:"day"`
		Visit string       `json:"visit"`
		Words string       `json:"words"`
	}
	recordStay struct {
		ID      string       `json:"id"`
		From    calendar.Day `json:"from"`
		To      calendar.Day `json:"to"`
		Kind    string       `json:"kind"`
		Village string       `json:"village"`
		State   string       `json:"state"`
		Days    float64      `json:"days"`
	}
	recordFigure struct {
		Campaign string `json:"campaign"`
		Duty     string `json:"duty"`
		Done     string `json:"done"`
		Due      string `json:"due"`
		Unit     string `json:"unit"`
		Waits    string `json:"waits,omitempty"` // for the village's word
	}
	recordHeld struct {
		ID      string          `json:"id"`
		Op      string          `json:"operation"`
		Kind    string          `json:"kind"`
		At      int64           `json:"at"`
		State   string          `json:"state"`
		Reasons []Reason        `json:"reasons"`
		Person  *Person         `json:"person"`
		Body    json.RawMessage `json:"body"`
		Theirs  any             `json:"theirs"`
		Answer  string          `json:"answer"`
	}
	recordLists struct {
		Topics       []recordCode `json:"topics"`
		AppealTopics []recordCode `json:"appealTopics"`
	}
	recordCode struct {
		Code string `json:"code"`
		Name string `json:"name"`
	}
)
