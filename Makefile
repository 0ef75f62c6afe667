# Percorso. `make run` and `make test` alone set up what they need on a Debian with Go and Node.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test fuzz demo token bench pictures lint build binaries assets tools clean-data clean

export PERCORSO_BIN_DIR := $(CURDIR)/bin
# A checkout that belongs to somebody else has no version that go may ask git for.
# What is built of Percorso does not know its folder either, so that another clone need not build it again;
# Temporal's server and the linters, which take minutes to build, stay as they are.
export GOFLAGS += -buildvcs=false -trimpath
STACK := bin/percorso-stack
PROGRESS := deploy/scripts/progress

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "Ports, data folder, a given database: docs/operations.md"

run: build ## build and start everything on this machine; ctrl-C stops it
	@exec $(STACK) run

test: build tools ## check and test everything, in a real browser too
	@deploy/scripts/chromium
	@deploy/scripts/test

FUZZTIME ?= 1m
fuzz: build ## send made-up requests and forms to the API, each kind for FUZZTIME: make fuzz FUZZTIME=1h
	@for kind in FuzzRequests FuzzForms; do \
		go test ./api/fuzz -run '^$$' -fuzz "^$$kind$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5s -parallel 1 || exit 1; \
	done

demo: ## fill the running stack with made-up people at every age of their paths
	@$(STACK) demo

token: ## print a bearer token: make -s token ACCOUNT=social_worker.prato
	@$(STACK) token "$(ACCOUNT)"

bench: ## measure the running stack, whole paths, the random walks of the processes, and lists of 100,000 cases
	@$(STACK) exec api go run ./deploy/bench

pictures: build ## make the pictures of the guides anew, in a browser
	@deploy/scripts/pictures

lint: tools ## run the linters alone
	@bin/tools/golangci-lint run --allow-parallel-runners ./...
	@bin/tools/workflowcheck ./workflows/...

build: assets binaries ## build what run needs; the first time takes 3 to 7 minutes on 2 cores

binaries:
	@mkdir -p bin
	@$(PROGRESS) 'Percorso' go build -v -o bin/ ./cmd/percorso ./deploy/standalone/cmd/percorso-stack
	@$(PROGRESS) "Temporal's server (3 to 6 minutes the first time)" \
		go -C deploy/temporal build -trimpath=false -v -ldflags='-s -w' -o ../../bin/percorso-temporal .

assets: api/web/assets/vendor/sprites.svg

# What the pages use of them is found in pages and code.
api/web/assets/vendor/sprites.svg: node_modules/.package-lock.json deploy/scripts/assets deploy/scripts/fonts.mjs internal/slip/sentences.yaml api/web/assets/percorso.css \
		$(shell find api -name '*.html' -o -name '*.js' -not -path '*/vendor/*' -o -name '*.go' -not -name '*_test.go')
	@deploy/scripts/assets

node_modules/.package-lock.json: package.json package-lock.json
	@command -v npm >/dev/null || { echo 'make needs Node with npm: apt-get install nodejs npm' >&2; exit 1; }
	@$(PROGRESS) 'Page assets (npm)' npm ci --ignore-scripts --no-audit --no-fund

tools: bin/tools/golangci-lint bin/tools/workflowcheck bin/tools/testcount ## build linters and test tools when missing

bin/tools/golangci-lint bin/tools/workflowcheck: tools/go.mod tools/go.sum
	@mkdir -p bin/tools
	@$(PROGRESS) 'Linters (1 to 3 minutes the first time)' go -C tools build -trimpath=false -v -ldflags='-s -w' -o ../bin/tools/ tool
	@touch bin/tools/golangci-lint bin/tools/workflowcheck

bin/tools/testcount: tools/testcount/main.go
	@mkdir -p bin/tools
	@go -C tools build -trimpath=false -o ../bin/tools/testcount ./testcount

clean-data: ## delete every case, account and mail of this machine's stack
	@$(STACK) clean

clean: ## delete what was built; the data stay
	@rm -rf bin node_modules api/web/assets/vendor api/web/testdata/vendor
