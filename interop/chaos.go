package main

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"tailscale.com/derp"
	"tailscale.com/derp/derphttp"
	"tailscale.com/net/netmon"
	"tailscale.com/types/key"
)

// chaosCommand is one line for chaos. Which members it needs depends on Do.
type chaosCommand struct {
	ID int
	Do string // start, break, rest, count

	// start
	Clients     []chaosClient
	Peers       []string // nodekey:…, to whom is sent
	URLs        []string // the region's nodes; each connection goes to one at random
	Mesh        string
	PauseMillis int // between two things that a client does, on average

	// break
	Client int
	Port   int    // of the client's end, so that no later connection is hit
	How    string // fin or rst
}

type chaosClient struct {
	Number int
	Key    string
	Watch  bool // with the mesh key; such a client forwards, too
}

// chaos holds clients that send, ping, watch and come back whenever their connection has ended, until they are told to
// rest. How a connection ends is the caller's matter: it is told each one's port.
func chaos([]string) error {
	crowd := &chaosCrowd{}
	return read(func(c chaosCommand) {
		switch c.Do {
		case "start":
			if err := crowd.start(&c); err != nil {
				say(object{"id": c.ID, "error": err.Error()})
				return
			}
		case "break":
			crowd.breakOne(&c)
		case "rest":
			crowd.resting.Store(true)
		}
		say(object{"id": c.ID, "connects": crowd.connects.Load(), "failures": crowd.failures.Load(), "sent": crowd.sent.Load(),
			"forwarded": crowd.forwarded.Load(), "received": crowd.received.Load(), "damaged": crowd.damaged.Load(),
			"pings": crowd.pings.Load(), "presences": crowd.presences.Load()})
	})
}

type chaosCrowd struct {
	command *chaosCommand
	peers   []key.NodePublic
	resting atomic.Bool

	lock sync.Mutex
	live map[int]*client // by their numbers

	packets                                                                  atomic.Uint64
	connects, failures, sent, forwarded, received, damaged, pings, presences atomic.Int64
}

// start lets clients begin; those of an earlier start must have ended.
func (crowd *chaosCrowd) start(c *chaosCommand) error {
	peers := make([]key.NodePublic, len(c.Peers))
	for i, text := range c.Peers {
		public, err := publicKey(text)
		if err != nil {
			return err
		}
		peers[i] = public
	}
	privates := make([]key.NodePrivate, len(c.Clients))
	for i, one := range c.Clients {
		if err := privates[i].UnmarshalText([]byte(one.Key)); err != nil {
			return err
		}
	}
	crowd.lock.Lock()
	crowd.command, crowd.peers, crowd.live = c, peers, map[int]*client{}
	crowd.lock.Unlock()
	crowd.resting.Store(false)
	go func() {
		for i, one := range c.Clients {
			go crowd.run(one, privates[i])
			time.Sleep(20 * time.Millisecond) // a relay lets so many strangers in at once
		}
	}()
	return nil
}

func (crowd *chaosCrowd) breakOne(c *chaosCommand) {
	crowd.lock.Lock()
	one := crowd.live[c.Client]
	crowd.lock.Unlock()
	if one == nil {
		return
	}
	if address, ok := one.address(); ok && address.Port == c.Port {
		one.breakConnection(c.How)
	}
}

func (crowd *chaosCrowd) run(of chaosClient, private key.NodePrivate) {
	for !crowd.resting.Load() {
		if err := crowd.connection(of, private); err != nil {
			crowd.failures.Add(1)
		}
		time.Sleep(time.Duration(100+rand.IntN(500)) * time.Millisecond)
	}
}

// connection lives as long as one connection; only one that never came to be is an error.
func (crowd *chaosCrowd) connection(of chaosClient, private key.NodePrivate) error {
	url := crowd.command.URLs[rand.IntN(len(crowd.command.URLs))]
	made, err := derphttp.NewClient(private, url, func(string, ...any) {}, netmon.NewStatic())
	if err != nil {
		return err
	}
	defer made.Close()
	one := &client{http: made}
	made.SetURLDialer(one.dial)
	options := command{Watch: of.Watch, Preferred: rand.IntN(2) == 0}
	if of.Watch {
		options.Mesh = crowd.command.Mesh
	}
	if err := one.configure(&options); err != nil {
		return err
	}
	within, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := made.Connect(within); err != nil {
		return err
	}
	address, _ := one.address()
	crowd.lock.Lock()
	crowd.live[of.Number] = one
	crowd.lock.Unlock()
	crowd.connects.Add(1)
	say(object{"event": "up", "client": of.Number, "port": address.Port})
	ended := make(chan struct{})
	defer close(ended)
	go crowd.disturb(one, of.Watch, private.Public(), ended)
	for {
		message, err := made.Recv()
		if err != nil {
			return nil
		}
		switch m := message.(type) {
		case derp.ReceivedPacket:
			crowd.received.Add(1)
			if !isWhole(m.Data) {
				crowd.damaged.Add(1)
			}
		case derp.PeerPresentMessage, derp.PeerGoneMessage:
			crowd.presences.Add(1)
		case derp.PingMessage:
			go made.SendPong(m)
		}
	}
}

// disturb sends, forwards, pings and changes its mind about its home.
func (crowd *chaosCrowd) disturb(one *client, forwards bool, own key.NodePublic, ended chan struct{}) {
	for {
		pause := time.Duration(rand.IntN(2*crowd.command.PauseMillis)) * time.Millisecond
		select {
		case <-ended:
			return
		case <-time.After(pause):
		}
		to := crowd.peers[rand.IntN(len(crowd.peers))]
		switch choice := rand.IntN(8); {
		case choice == 0:
			within, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			if one.http.Ping(within) == nil {
				crowd.pings.Add(1)
			}
			cancel()
		case choice == 1:
			one.http.NotePreferred(rand.IntN(2) == 0)
		case choice < 4 && forwards:
			if one.http.ForwardPacket(own, to, crowd.packet(true)) == nil {
				crowd.forwarded.Add(1)
			}
		default:
			if one.http.Send(to, crowd.packet(false)) == nil {
				crowd.sent.Add(1)
			}
		}
	}
}

// packet begins with 8 bytes that no other packet has (see ChaosPacket of the tests): the first bit says that it had its hop,
// the second that it is of this program. All others are the last of these.
func (crowd *chaosCrowd) packet(hopped bool) []byte {
	id := crowd.packets.Add(1) | 1<<62
	if hopped {
		id |= 1 << 63
	}
	data := make([]byte, 8+rand.IntN(1393))
	binary.BigEndian.PutUint64(data, id)
	for i := 8; i < len(data); i++ {
		data[i] = byte(id)
	}
	return data
}

func isWhole(data []byte) bool {
	for i := 8; i < len(data); i++ {
		if data[i] != data[7] {
			return false
		}
	}
	return len(data) >= 8
}

// address is our end of the TCP connection.
func (one *client) address() (*net.TCPAddr, bool) {
	one.lock.Lock()
	defer one.lock.Unlock()
	if one.tcp == nil {
		return nil, false
	}
	address, ok := one.tcp.LocalAddr().(*net.TCPAddr)
	return address, ok
}
