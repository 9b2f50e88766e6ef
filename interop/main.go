// adit-interop drives Tailscale's own Go modules for the interop tests (system-tests, dev.adit.systemtests.interop).
//
// Every subcommand prints JSON, one object a line, on standard output; those that stay read commands, one object a
// line, on standard input, and end with it. What the modules log goes to standard error.
package main

import (
	"fmt"
	"os"
)

func main() {
	parts := map[string]func([]string) error{
		"certificate": certificate,
		"chaos":       chaos,
		"clients":     clients,
		"control":     control,
		"netcheck":    netCheck,
		"pour":        pour,
		"proxy":       httpProxy,
		"sink":        sink,
	}
	if len(os.Args) < 2 || parts[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: adit-interop certificate|chaos|clients|control|netcheck|pour|proxy|sink ...")
		os.Exit(2)
	}
	if err := parts[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "adit-interop:", err)
		os.Exit(1)
	}
}
