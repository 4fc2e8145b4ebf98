package notice

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"lianxin/internal/base/outbound"
)

// message sends one message: the product's name, the kind in words, a link, and
// nothing else. It gives the reason it failed, "" when it arrived.
func (p *Post) message(ctx context.Context, c Channel, to, id, kind, link string, at time.Time) string {
	product, words := p.say("web.product"), p.say("notice.kind."+kind)
	if c.Kind == Mail {
		return reason(p.out.Send(ctx, outbound.Server{Host: c.Host, Port: c.Port, Security: c.Security, User: c.Login, Password: c.secret},
			outbound.Mail{ID: id, Name: product, From: c.Sender, To: to, Subject: product + " " + words, Text: product + "\n" + words + "\n" + link + "\n", At: at}))
	}
	address, header, body := request(c, product, id, kind, words, link, at)
	r, err := p.out.Post(ctx, address, header, body)
	if err == nil && c.Kind != Plain {
		err = taken(r.Body)
	}
	return reason(err)
}

// request builds the call of a robot or a plain receiver.
//
// WeCom (developer.work.weixin.qq.com, 群机器人): the key lies in the address,
// {"msgtype":"text","text":{"content":…}}. DingTalk (open.dingtalk.com, 自定义
// 机器人, 加签): the same body; timestamp in milliseconds and sign, the base64 of
// HMAC-SHA256 over timestamp, line feed and secret, under the secret, are added
// to the address. Plain: our own body; X-Signature is the HMAC-SHA256 over
// timestamp, line feed and body.
func request(c Channel, product, id, kind, words, link string, at time.Time) (address string, header map[string]string, body []byte) {
	header = map[string]string{"Content-Type": "application/json; charset=utf-8"}
	type text struct {
		Content string `json:"content"`
	}
	var v any = struct {
		Type string `json:"msgtype"`
		Text text   `json:"text"`
	}{"text", text{product + "\n" + words + "\n" + link}}
	if c.Kind == Plain {
		v = struct {
			Product string `json:"product"`
			Kind    string `json:"kind"`
			Words   string `json:"words"`
			Link    string `json:"link"`
		}{product, kind, words, link}
	}
	body, _ = json.Marshal(v) // texts always can be written
	address = c.address
	switch c.Kind {
	case DingTalk:
		ms := strconv.FormatInt(at.UnixMilli(), 10)
		u, err := url.Parse(address)
		if err != nil {
			return address, header, body // refused when it is called
		}
		q := u.Query()
		q.Set("timestamp", ms)
		q.Set("sign", base64.StdEncoding.EncodeToString(sign(c.secret, ms+"\n"+c.secret)))
		u.RawQuery = q.Encode()
		address = u.String()
	case Plain:
		s := strconv.FormatInt(at.Unix(), 10)
		header["X-Timestamp"] = s
		header["X-Signature"] = "sha256=" + hex.EncodeToString(sign(c.secret, s+"\n"+string(body)))
		header["X-Delivery"] = id // the same for a repetition
	}
	return address, header, body
}

func sign(key, text string) []byte {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(text))
	return m.Sum(nil)
}

// robotError is a refusal a robot's server words with 200.
type robotError struct{ why string }

// Error says why, for the log.
func (e *robotError) Error() string { return "notice: the robot says " + e.why }

// taken reads the answer of WeCom and DingTalk: {"errcode":0,"errmsg":"ok"}.
func taken(body []byte) error {
	var a struct {
		Code *int `json:"errcode"`
	}
	if json.Unmarshal(body, &a) != nil || a.Code == nil {
		return &robotError{"robot_answer"}
	}
	switch *a.Code {
	case 0:
		return nil
	case 45009, 130101, 90030: // more than twenty messages a minute
		return &robotError{"robot_often"}
	case 93000, 310000, 300001, 300005: // wrong signature, key word, address or key
		return &robotError{"robot_key"}
	}
	return &robotError{"robot_answer"}
}
