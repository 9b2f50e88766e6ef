package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"time"

	"tailscale.com/net/netcheck"
	"tailscale.com/net/netmon"
	"tailscale.com/tailcfg"
)

// netCheck MAP-FILE stun|https: prints what Tailscale's network check finds with this DERP map alone.
func netCheck(words []string) error {
	text, err := os.ReadFile(words[0])
	if err != nil {
		return err
	}
	var regions tailcfg.DERPMap
	if err := json.Unmarshal(text, &regions); err != nil {
		return err
	}
	within, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	check := &netcheck.Client{
		NetMon:              netmon.NewStatic(),
		Logf:                log.New(os.Stderr, "", 0).Printf,
		SkipExternalNetwork: true,
	}
	if err := check.Standalone(within, "127.0.0.1:0"); err != nil {
		return err
	}
	report, err := check.GetReport(within, &regions,
		&netcheck.GetReportOpts{OnlySTUN: words[1] == "stun", OnlyTCP443: words[1] == "https"})
	if err != nil {
		return err
	}
	latency := object{}
	for region, took := range report.RegionLatency {
		latency[fmt.Sprint(region)] = took.Microseconds()
	}
	say(object{
		"udp": report.UDP, "ipv4": report.IPv4, "preferred": report.PreferredDERP,
		"global": report.GlobalV4.String(), "microseconds": latency,
	})
	return nil
}
