package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

func wantsHelp(args []string) bool {
	for _, a := range args {
		switch a {
		case "--help", "-h":
			return true
		case "--":
			return false
		}
	}
	return len(args) == 0 || firstWord(args) == "help"
}

// valued are the program's own flags that have a value after them.
var valued = map[string]bool{"--config": true, "--data": true, "--set": true, "--lang": true}

// firstWord gives the command, past the program's own flags and their values.
func firstWord(args []string) string {
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case valued[a]:
			i++
		case !strings.HasPrefix(a, "-"):
			return a
		}
	}
	return ""
}

// help prints what the program or one of its commands can do, in the run's
// language. Kong's own printer speaks English only.
func (r *run) help(k *kong.Kong, args []string) {
	node := k.Model.Node
	path := []string{"lianxin"}
	for n, a := range args {
		if n > 0 && valued[args[n-1]] {
			continue // a folder may be called like a command
		}
		i := slices.IndexFunc(node.Children, func(c *kong.Node) bool { return c.Name == a })
		if i < 0 {
			continue
		}
		node = node.Children[i]
		path = append(path, a)
	}
	usage := strings.Join(path, " ")
	for _, p := range node.Positional {
		usage += " " + p.Summary()
	}
	if len(node.Children) > 0 {
		usage += " " + r.t("cli.help_command")
	}
	fmt.Fprintf(r.Out, "%s %s %s\n\n", r.t("cli.help_usage"), usage, r.t("cli.help_flags_mark"))
	if node.Help == "" {
		r.say("cli.help_about")
	} else {
		r.say("cli.help." + node.Help)
	}
	var rows [][2]string
	for _, c := range node.Children {
		if !c.Hidden {
			rows = append(rows, [2]string{c.Name, r.t("cli.help." + c.Help)})
		}
	}
	r.table("cli.help_commands", rows)
	rows = nil
	for _, p := range node.Positional {
		rows = append(rows, [2]string{p.Summary(), r.t("cli.help." + p.Help)})
	}
	r.table("cli.help_arguments", rows)
	rows = nil
	for n := node; n != nil; n = n.Parent {
		for _, f := range n.Flags {
			name := "--" + f.Name
			if f.Short != 0 {
				name = "-" + string(f.Short) + ", " + name
			}
			if !f.IsBool() {
				name += " " + strings.Trim(f.FormatPlaceHolder(), `"`)
			}
			rows = append(rows, [2]string{name, r.t("cli.help." + f.Help)})
		}
	}
	r.table("cli.help_flags", rows)
	if node.Parent == nil {
		fmt.Fprintln(r.Out)
		r.say("cli.help_codes")
		r.say("cli.help_errors")
	}
}

func (r *run) table(title string, rows [][2]string) {
	if len(rows) == 0 {
		return
	}
	width := 0
	for _, x := range rows {
		width = max(width, len(x[0]))
	}
	fmt.Fprintf(r.Out, "\n%s\n", r.t(title))
	for _, x := range rows {
		fmt.Fprintf(r.Out, "  %-*s  %s\n", width, x[0], x[1])
	}
}
