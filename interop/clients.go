package main

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"log"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"tailscale.com/derp/derphttp"
	_ "tailscale.com/feature/condregister/useproxy" // proxies, as in tailscaled
	"tailscale.com/net/netmon"
	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
)

// command is one line for a client. Which members it needs depends on Do.
type command struct {
	ID     int
	Do     string
	Client string // the name that the test gives it

	// metric
	Name string // as it stands on the page URL

	// open, watch
	URL       string              // one server, or
	Region    *tailcfg.DERPRegion // a region
	Key       string              // privkey:…, or none for a new one
	Mesh      string              // 64 hex digits
	Prober    bool
	Watch     bool
	Ack       bool // says that it answers pings, and does
	Preferred bool
	Reconnect bool // after an error, receives again, which connects
	TLS12     bool // no TLS 1.3, so no fast start

	// send, forward, closePeer
	From, To string // nodekey:…
	Data     string // base64

	Preference bool   // note
	How        string // break: fin or rst
}

// client is one derphttp.Client and the TCP connection below it.
type client struct {
	name string
	http *derphttp.Client
	stop context.CancelFunc

	lock   sync.Mutex
	closed bool
	tcp    *net.TCPConn
}

// clients holds many clients in one process; a command is answered with its id, and events come when they come.
func clients([]string) error {
	all := &pool{clients: map[string]*client{}}
	return read(func(c command) {
		go func() { // one that waits shall not keep the others
			answer, err := all.do(&c)
			if answer == nil {
				answer = object{}
			}
			answer["id"] = c.ID
			if err != nil {
				answer["error"] = err.Error()
			}
			say(answer)
		}()
	})
}

type pool struct {
	lock    sync.Mutex
	clients map[string]*client
}

func (p *pool) find(name string) (*client, error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if found := p.clients[name]; found != nil {
		return found, nil
	}
	return nil, fmt.Errorf("no client %q", name)
}

func (p *pool) do(c *command) (object, error) {
	switch c.Do {
	case "open", "watch":
		return p.open(c)
	case "metric":
		return metric(c.URL, c.Name)
	}
	one, err := p.find(c.Client)
	if err != nil {
		return nil, err
	}
	switch c.Do {
	case "send", "forward":
		return one.send(c)
	case "closePeer":
		to, err := publicKey(c.To)
		if err != nil {
			return nil, err
		}
		return nil, one.http.ClosePeer(to)
	case "ping":
		begun := time.Now()
		err := one.http.Ping(context.Background())
		return object{"microseconds": time.Since(begun).Microseconds()}, err
	case "note":
		one.http.NotePreferred(c.Preference)
		return nil, nil
	case "connect":
		within, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		return nil, one.http.Connect(within)
	case "break":
		return nil, one.breakConnection(c.How)
	case "close":
		p.lock.Lock()
		delete(p.clients, c.Client)
		p.lock.Unlock()
		return nil, one.close()
	}
	return nil, fmt.Errorf("cannot do %q", c.Do)
}

// open makes a client, connects it, and lets it receive (open) or run Tailscale's watch loop (watch).
func (p *pool) open(c *command) (object, error) {
	private := key.NewNode()
	if c.Key != "" {
		if err := private.UnmarshalText([]byte(c.Key)); err != nil {
			return nil, err
		}
	}
	one := &client{name: c.Client}
	logf := log.New(os.Stderr, c.Client+": ", log.Lmicroseconds).Printf
	if c.Region != nil {
		one.http = derphttp.NewRegionClient(private, logf, netmon.NewStatic(), func() *tailcfg.DERPRegion { return c.Region })
	} else {
		made, err := derphttp.NewClient(private, c.URL, logf, netmon.NewStatic())
		if err != nil {
			return nil, err
		}
		made.SetURLDialer(one.dial)
		one.http = made
	}
	if err := one.configure(c); err != nil {
		return nil, err
	}
	within, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if c.Do == "open" {
		if err := one.http.Connect(within); err != nil {
			one.http.Close()
			return nil, err
		}
	}
	p.lock.Lock()
	p.clients[c.Client] = one
	p.lock.Unlock()
	var running context.Context
	running, one.stop = context.WithCancel(context.Background())
	if c.Do == "watch" {
		go one.runWatch(running)
		return object{"key": private.Public().String()}, nil
	}
	answer := object{"key": private.Public().String(), "server": one.http.ServerPublicKey().String()}
	if state, ok := one.http.TLSConnectionState(); ok {
		answer["tls"] = tls.VersionName(state.Version)
		answer["certificates"] = len(state.PeerCertificates)
	}
	if local, err := one.http.LocalAddr(); err == nil {
		answer["local"] = local.String()
	}
	go one.receive(c.Ack, c.Reconnect)
	return answer, nil
}

func (one *client) configure(c *command) error {
	if c.Mesh != "" {
		mesh, err := key.ParseDERPMesh(c.Mesh)
		if err != nil {
			return err
		}
		one.http.MeshKey = mesh
	}
	one.http.IsProber = c.Prober
	one.http.WatchConnectionChanges = c.Watch || c.Do == "watch"
	one.http.SetCanAckPings(c.Ack)
	if c.Preferred {
		one.http.NotePreferred(true)
	}
	if c.TLS12 {
		one.http.TLSConfig = &tls.Config{MaxVersion: tls.VersionTLS12}
	}
	return nil
}

// dial keeps the TCP connection, so that it can be broken.
func (one *client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	made, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	one.lock.Lock()
	defer one.lock.Unlock()
	one.tcp = made.(*net.TCPConn)
	return made, nil
}

// breakConnection ends the TCP connection below TLS: no close_notify, and with rst not even a FIN.
func (one *client) breakConnection(how string) error {
	one.lock.Lock()
	defer one.lock.Unlock()
	if one.tcp == nil {
		return fmt.Errorf("%s has no connection of its own", one.name)
	}
	if how == "rst" {
		one.tcp.SetLinger(0)
	}
	return one.tcp.Close()
}

func (one *client) send(c *command) (object, error) {
	to, err := publicKey(c.To)
	if err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(c.Data)
	if err != nil {
		return nil, err
	}
	if c.Do == "send" {
		return nil, one.http.Send(to, data)
	}
	from, err := publicKey(c.From)
	if err != nil {
		return nil, err
	}
	return nil, one.http.ForwardPacket(from, to, data)
}

func (one *client) close() error {
	one.lock.Lock()
	one.closed = true
	one.lock.Unlock()
	one.stop()
	return one.http.Close()
}

func (one *client) isClosed() bool {
	one.lock.Lock()
	defer one.lock.Unlock()
	return one.closed
}

func publicKey(text string) (key.NodePublic, error) {
	var public key.NodePublic
	if !strings.HasPrefix(text, "nodekey:") {
		return public, fmt.Errorf("not a key: %q", text)
	}
	return public, public.UnmarshalText([]byte(text))
}
