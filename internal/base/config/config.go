// Package config is everything that can be set about a running program, in one
// struct that explains itself: every field carries its name in the file, its
// default and a sentence in Chinese and in English, and "lianxin config
// describe" prints a commented sample made from the same tags, so that the
// explanation cannot drift from the program.
//
// A value comes, the later winning, from its default, the settings file
// (TOML), the environment (LIANXIN_ and the name in capitals, "." written "_"),
// and the command line. A name nobody knows is an error in each of them: a
// misspelt setting must not silently leave the default in force.
//
// There are no secrets here except the address of a PostgreSQL server; the key
// of the personal fields comes from its own file or from LIANXIN_KEY.
package config

import (
	"path/filepath"
	"strings"
	"time"
)

// Config is the whole of the settings. The zero value of a field means its
// default.
type Config struct {
	Listen    string   `toml:"listen" default:"127.0.0.1:8080" zh:"监听地址。只给本机用写 127.0.0.1:8080，给全镇用写 0.0.0.0:8080 或放在反向代理后面。" en:"Address to listen on. 127.0.0.1:8080 serves this machine only; use 0.0.0.0:8080, or a reverse proxy, to serve an office."`
	Data      string   `toml:"data" default:"lianxin-data" zh:"数据文件夹：数据库、密钥、审计锚点和备份都在里面，只允许本程序的账号读取。" en:"Data folder: database, key, audit anchors and backups; readable by the program's account only."`
	Database  string   `toml:"database" default:"" secret:"yes" zh:"数据库。留空用数据文件夹里的内置数据库；县级规模写 postgres://用户:口令@主机/库名。" en:"Database. Empty means the embedded one in the data folder; for a county write postgres://user:password@host/name."`
	PublicURL string   `toml:"public_url" default:"" zh:"大家在浏览器里打开的网址，如 https://lianxin.example.gov.cn；连心卡二维码和登录链接用它。留空按监听地址推出。" en:"Address people open, e.g. https://lianxin.example.gov.cn; used in QR codes and links. Empty: derived from listen."`
	Proxy     bool     `toml:"proxy" default:"false" zh:"是否在受信任的反向代理后面：是则从 X-Forwarded-For 的最后一跳取访问者地址，并认为代理已经用了 HTTPS。" en:"Behind a trusted reverse proxy: the visitor's address is the last hop of X-Forwarded-For, and HTTPS is taken to end at the proxy."`
	Language  string   `toml:"language" default:"zh-CN" one:"zh-CN,en" zh:"命令行和新会话的语言：zh-CN 或 en。" en:"Language of the command line and of new sessions: zh-CN or en."`
	Readers   int      `toml:"readers" default:"0" zh:"同时读数据库的连接数；0 表示按处理器数自动决定。" en:"Reading connections; 0 chooses by the number of processors."`
	Requests  int      `toml:"requests" default:"512" zh:"同时处理的请求上限，超过的请对方稍后再试。" en:"Requests handled at once; beyond it callers are asked to try again."`
	KeyFile   string   `toml:"key_file" default:"" zh:"个人信息加密密钥文件（权限 0600，首次启动时生成）。留空为数据文件夹里的 lianxin.key。也可用环境变量 LIANXIN_KEY 直接给出密钥。" en:"Key file of the personal fields (mode 0600, made at first start). Empty: lianxin.key in the data folder. The environment variable LIANXIN_KEY may hold the key instead."`
	TLS       TLS      `toml:"tls" zh:"直接提供 HTTPS（没有反向代理时）。" en:"Serve HTTPS directly (without a reverse proxy)."`
	Log       Log      `toml:"log" zh:"运行日志，写到标准错误，不含个人信息。" en:"Log of operation, to standard error, without personal data."`
	Backup    Backup   `toml:"backup" zh:"自动备份。" en:"Automatic backup."`
	Jobs      Jobs     `toml:"jobs" zh:"后台任务。" en:"Background jobs."`
	Outbound  Outbound `toml:"outbound" zh:"程序向外发送（邮件、企业微信和钉钉机器人）。默认什么也不发，由县管理员在页面上打开。" en:"What the program sends to other machines (e-mail, robots of WeCom and DingTalk). Nothing by default; the county's administrator switches it on in the pages."`
	Keep      Keep     `toml:"keep" zh:"保留期限。" en:"How long things are kept."`
}

// TLS names certificate files; both are read again when they change.
type TLS struct {
	Cert string `toml:"cert" default:"" zh:"证书链文件（PEM）。更换文件后一分钟内自动生效。" en:"Certificate chain (PEM). A changed file is picked up within a minute."`
	Key  string `toml:"key" default:"" zh:"证书私钥文件（PEM）。" en:"Private key (PEM)."`
}

// Log says how much is logged and in which form.
type Log struct {
	Level  string `toml:"level" default:"info" one:"debug,info,warn,error" zh:"级别：debug、info、warn、error。" en:"Level: debug, info, warn, error."`
	Format string `toml:"format" default:"text" one:"text,json" zh:"格式：text 给人看，json 给日志系统。" en:"Form: text for people, json for log systems."`
}

// Backup says when and for whom backups are made.
type Backup struct {
	At         string   `toml:"at" default:"02:30" zh:"每天备份的时间（服务器当地时间）；写 off 表示不自动备份。" en:"Time of the daily backup (server's local time); off means none."`
	Folder     string   `toml:"folder" default:"" zh:"备份放在哪里；留空为数据文件夹里的 backups。建议写另一块磁盘或挂载的网络盘。" en:"Where backups go; empty: backups in the data folder. Another disk or a mounted share is advised."`
	Copies     int      `toml:"copies" default:"14" zh:"保留最近多少份。" en:"How many of the newest are kept."`
	Recipients []string `toml:"recipients" default:"" zh:"谁能打开备份：age 公钥（age1…）列表，建议至少两把。留空则首次备份时在数据文件夹里生成 backup.key，请抄到别处保管。" en:"Who can open backups: a list of age public keys (age1…), at least two are advised. Empty: backup.key is made in the data folder at the first backup; store a copy elsewhere."`
}

// Jobs sizes the background work.
type Jobs struct {
	Workers int    `toml:"workers" default:"4" zh:"同时执行的后台任务数。" en:"Jobs worked at once."`
	Nightly string `toml:"nightly" default:"03:30" zh:"每天自检的时间：逐页核对数据库、清理过期会话和旧的操作号；写 off 表示不做。" en:"Time of the nightly check: every database page is compared with its checksum, expired sessions and old operation ids go; off means never."`
}

// Outbound says whom the program may call besides hosts of the public network.
type Outbound struct {
	Allow []string `toml:"allow" default:"" zh:"允许连接的内部主机：主机名、地址或“地址:端口”的列表，如 [\"mail.county.local\", \"10.0.0.5:465\"]。不在表里的本机、内网、链路本地等地址一律拒绝。" en:"Inner hosts that may be called: a list of names, addresses or address:port, e.g. [\"mail.county.local\", \"10.0.0.5:465\"]. Loopback, private, link-local and similar addresses that are not listed are always refused."`
}

// Keep sets retention of technical records; retention of personal records is a
// rule of the plans and the privacy registry, not a setting.
type Keep struct {
	OperationDays int `toml:"operation_days" default:"400" zh:"操作号（防重复提交）保留的天数，不少于 30。" en:"Days an operation id (against double submission) is kept, at least 30."`
}

// DSN is the database to open: the setting, or the embedded file.
func (c *Config) DSN() string {
	if c.Database != "" {
		return c.Database
	}
	return filepath.Join(c.Data, "lianxin.db")
}

// Key is the path of the key file.
func (c *Config) Key() string { return in(c.KeyFile, c.Data, "lianxin.key") }

// Anchors is the path of the audit anchor file.
func (c *Config) Anchors() string { return filepath.Join(c.Data, "audit.anchor") }

// Calendar is the folder of holiday files laid over those of the program.
func (c *Config) Calendar() string { return filepath.Join(c.Data, "calendar") }

// Backups is the folder of the backups.
func (c *Config) Backups() string { return in(c.Backup.Folder, c.Data, "backups") }

// BackupKey is the path of the backup key made when no recipients are set.
func (c *Config) BackupKey() string { return filepath.Join(c.Data, "backup.key") }

// URL is the address people open, without a slash at its end.
func (c *Config) URL() string {
	if c.PublicURL != "" {
		return strings.TrimRight(c.PublicURL, "/")
	}
	host := c.Listen
	for _, any := range []string{"0.0.0.0", "[::]", ""} {
		if rest, ok := strings.CutPrefix(host, any+":"); ok {
			host = "127.0.0.1:" + rest
			break
		}
	}
	if c.TLS.Cert != "" {
		return "https://" + host
	}
	return "http://" + host
}

// Secure says whether people reach the program by HTTPS, so that cookies may
// demand it.
func (c *Config) Secure() bool { return strings.HasPrefix(c.URL(), "https://") }

// Clock parses a time of day such as "02:30". ok is false for "off".
func Clock(s string) (after time.Duration, ok bool) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, false
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, true
}

func in(path, folder, name string) string {
	if path != "" {
		return path
	}
	return filepath.Join(folder, name)
}
