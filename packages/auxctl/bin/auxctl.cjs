#!/usr/bin/env node
"use strict";
require("../lib/auxctl.cjs");
