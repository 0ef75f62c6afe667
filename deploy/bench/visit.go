package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// The line of a small office: 2 Mbit/s, and 50 ms there and back.
const (
	lineBytes   = 2_000_000 / 8 // a second
	lineLatency = 50            // ms
)

// line is what Chromium makes of its line. The newer command for it
// (Network.emulateNetworkConditionsByRule) differs from version to version.
type line struct {
	Offline  bool    `json:"offline"`
	Latency  float64 `json:"latency"`            // ms
	Download float64 `json:"downloadThroughput"` // bytes a second
	Upload   float64 `json:"uploadThroughput"`
}

var emulateLine = cdp.Command[line, cdp.Empty]{Method: "Network.emulateNetworkConditions"}

// A visit is what the first page costs a browser that has never been here.
type visit struct {
	Bytes    int     `json:"bytes"`    // that came over the line
	Unpacked int     `json:"unpacked"` // what they are in the browser
	Files    int     `json:"files"`
	Paint    float64 `json:"paint"` // ms from the request to the first text on the screen
}

// seen is read in the page once its fonts are there.
const seen = `document.fonts.ready.then(() => new Promise(done => setTimeout(() => {
	const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
	done({bytes: all.reduce((sum, e) => sum + e.transferSize, 0), unpacked: all.reduce((sum, e) => sum + e.decodedBodySize, 0), files: all.length,
		paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0});
}, 500)))`

// measureVisits opens the start page in a real Chromium that begins anew each
// time, over a slow line.
func measureVisits(ctx context.Context, address string, times int) (visits []visit, err error) {
	for range times {
		v, err := visitOnce(ctx, address)
		if err != nil {
			return nil, fmt.Errorf("the first visit of %s: %w", address, err)
		}
		visits = append(visits, v)
	}
	return visits, nil
}

func visitOnce(ctx context.Context, address string) (v visit, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	ctx, stop := chromedp.NewExecAllocator(ctx, chromedp.Headless, chromedp.NoSandbox, chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("no-first-run", true))
	defer stop()
	browser, end := chromedp.NewContext(ctx)
	defer end()
	slow := chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, emulateLine, line{Latency: lineLatency, Download: lineBytes, Upload: lineBytes})
		return err
	})
	if err := chromedp.Do(browser, slow, chromedp.Navigate(address)); err != nil {
		return v, err
	}
	return chromedp.Run(browser, chromedp.Evaluate[visit](seen, chromedp.EvalAwaitPromise))
}

// middleVisit is the one whose first paint is the median.
func middleVisit(visits []visit) visit {
	sorted := slices.SortedFunc(slices.Values(visits), func(a, b visit) int { return int(a.Paint - b.Paint) })
	return sorted[len(sorted)/2]
}
