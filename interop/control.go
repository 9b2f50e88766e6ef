package main

import (
	"encoding/json"
	"net"
	"net/http"
	"os"

	"tailscale.com/tailcfg"
	"tailscale.com/tstest/integration/testcontrol"
)

// control ADDRESS MAP-FILE: Tailscale's control server for tests, whose nodes are told this DERP map alone.
func control(words []string) error {
	text, err := os.ReadFile(words[1])
	if err != nil {
		return err
	}
	regions := new(tailcfg.DERPMap)
	if err := json.Unmarshal(text, regions); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", words[0])
	if err != nil {
		return err
	}
	url := "http://" + listener.Addr().String()
	server := &testcontrol.Server{DERPMap: regions, AllNodesSameUser: true, AllOnline: true, ExplicitBaseURL: url}
	go http.Serve(listener, server)
	say(object{"url": url})
	return read(func(object) {})
}
