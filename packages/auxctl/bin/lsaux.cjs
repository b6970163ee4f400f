#!/usr/bin/env node
"use strict";
require("../lib/lsaux.cjs");
