package paper

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lianxin/internal/paper/docx"
	"lianxin/internal/paper/pdf"
)

// keep names a folder in which every paper a test makes is left, to be looked at:
// go test ./internal/paper -keep /some/folder
var keep = flag.String("keep", "", "folder to leave the papers in")

func leave(t *testing.T, name string, data []byte) {
	t.Helper()
	if *keep == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*keep, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func day(y, m, d int) time.Time {
	return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.FixedZone("CST", 8*3600))
}

func at(y, m, d, h, min int) time.Time {
	return time.Date(y, time.Month(m), d, h, min, 0, 0, time.FixedZone("CST", 8*3600))
}

func sampleCard() CardData {
	return CardData{CardNo: "QS-2026-0001", Issuer: "青石镇人民政府", IssuedOn: day(2026, 3, 5),
		CadreName: "李晓燕", CadrePost: "农业农村办公室主任", CadrePhone: "13800001234",
		Householder: "王桂兰", Address: "李家湾村3组12号",
		SecondName: "张建国", SecondPhone: "13800005678", ComplaintPhone: "0838-6600110",
		Link: "https://lianxin.example.gov.cn/k/K7QM2ZP4XA"}
}

// hardCards are the cards that break layouts: the longest name a register may hold, long
// posts and addresses, land lines, missing optional fields, rare characters.
func hardCards() []CardData {
	long := sampleCard()
	long.CadreName = "买买提吐尔逊·阿卜杜热西提·玉素甫江·库尔班尼"
	long.CadrePost = "党委副书记、政法委员、综合治理办公室主任（兼李家湾村驻村工作队队长）"
	long.CadrePhone = "0838-6601234转8012"
	long.Householder = "古丽巴哈尔·阿不都克里木·吐尔逊江·买买提艾力"
	long.Address = "李家湾村三组（原大桥村五社）老磨坊对面易地扶贫搬迁集中安置点二期7栋2单元601号"
	long.SecondName = "欧阳阿依古丽·阿卜杜"
	long.Issuer = "四川省某某县青石镇党政机关工作人员直接联系群众工作领导小组办公室"
	bare := sampleCard()
	bare.SecondName, bare.SecondPhone, bare.ComplaintPhone, bare.Link, bare.CadrePost, bare.Issuer = "", "", "", "", "", ""
	bare.IssuedOn = time.Time{}
	rare := sampleCard()
	rare.CadreName, rare.Householder = "犇㛃䶮", "龑喆㸃"
	return []CardData{sampleCard(), long, bare, rare}
}

func face(t testing.TB) *pdf.Face {
	t.Helper()
	f, err := pdf.Open()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestLookWord leaves every document, to be looked at.
func TestLookWord(t *testing.T) {
	if *keep == "" {
		t.Skip("no folder to keep them in")
	}
	for name, d := range sampleDocuments() {
		var b bytes.Buffer
		if err := docx.Write(&b, d); err != nil {
			t.Error(name, err)
		}
		leave(t, name+".docx", b.Bytes())
	}
}

func TestLookPDF(t *testing.T) {
	f := face(t)
	var list []CardData
	for i := range 12 {
		list = append(list, hardCards()[i%4])
	}
	var b bytes.Buffer
	if err := ContactCards(&b, f, day(2026, 3, 5), slices.Values(list)); err != nil {
		t.Fatal(err)
	}
	leave(t, "cards.pdf", b.Bytes())
	for name, on := range map[string]StickerSheet{"a5": StickerA5, "a4": StickerTwoOnA4} {
		b.Reset()
		if err := Stickers(&b, f, day(2026, 3, 5), on, slices.Values(hardCards())); err != nil {
			t.Fatal(err)
		}
		leave(t, "sticker-"+name+".pdf", b.Bytes())
	}
	b.Reset()
	if err := ActivationSlips(&b, f, day(2026, 3, 5), slices.Values(sampleSlips(110))); err != nil {
		t.Fatal(err)
	}
	leave(t, "slips.pdf", b.Bytes())
}

// sampleSlips are slips of a town's officials; every fourth has the longest name, every
// fifth no code to scan.
func sampleSlips(n int) []SlipData {
	var list []SlipData
	for i := range n {
		d := SlipData{Township: "青石镇", Name: "李晓燕", Unit: "农业农村办公室", Username: fmt.Sprintf("lixiaoyan%d", i), Code: "K7QM-2ZP4-XA9T",
			Link: "https://lianxin.example.gov.cn/activate/K7QM2ZP4XA9T", Site: "网址：https://lianxin.example.gov.cn", ValidUntil: at(2026, 3, 12, 18, 0)}
		if i%4 == 1 {
			d.Name, d.Unit, d.Username = hardCards()[1].CadreName, hardCards()[1].CadrePost, fmt.Sprintf("maimaitituerxun.abudurexiti%d", i)
		}
		if i%5 == 4 {
			d.Link = ""
		}
		list = append(list, d)
	}
	return list
}
