import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { folder } from "@auxbus/console";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { HostRig, ON_PORT, type RigOptions } from "../host/rig.ts";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let started: Promise<Browser> | undefined;

/** One browser for all tests of a file. */
export function useBrowser(): void {
  beforeAll(async () => {
    if (!existsSync(CHROMIUM)) {
      throw new Error(`there is no browser at ${CHROMIUM}: install Chromium, or say by CHROMIUM where it is`);
    }
    if (!existsSync(join(folder, "index.html"))) throw new Error("the console is not built: npm run build");
    started = chromium.launch({ executablePath: CHROMIUM, args: ARGS });
    await started;
  }, 60_000);
  afterAll(async () => (await started)?.close());
}

/** The configuration of a host with a console, and what else it is to have. */
export function consoleHost(options: RigOptions = {}): Promise<HostRig> {
  return HostRig.start({ consoleFolder: folder, ...options, config: { ...ON_PORT, ...options.config } });
}

export interface Opened {
  readonly page: Page;
  readonly ui: ConsolePage;
  /** Messages on the browser's console that are errors. */
  readonly errors: string[];
}

/** Opens a page until the test ends; then it must not have broken its policy, or made a mistake. */
export async function openAt(
  url: string,
  { allow = /^$/, ...options }: BrowserContextOptions & { readonly allow?: RegExp } = {},
): Promise<Opened> {
  if (started === undefined) throw new Error("call useBrowser() first");
  const context = await (await started).newContext({ viewport: { width: 1280, height: 800 }, ...options });
  // Sooner than the test: then the error says what was waited for.
  context.setDefaultTimeout(8000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.stack ?? error.message));
  page.on("console", (message) => {
    // Requests that are refused are what some tests are about; violations of the policy come here, too.
    if (["error", "warning"].includes(message.type()) && !allow.test(message.text())) errors.push(message.text());
  });
  await page.addInitScript(`addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
    throw new Error("the page breaks its policy: " + violatedDirective + " " + blockedURI);
  })`);
  onTestFinished(async () => {
    await context.close();
    expect(errors).toEqual([]);
  });
  await page.goto(url);
  return { page, ui: new ConsolePage(page), errors };
}

/** Opens the console of a host as its operator. */
export async function openConsole(rig: HostRig, options: Parameters<typeof openAt>[1] = {}): Promise<ConsolePage> {
  const { ui } = await openAt(`${rig.url}/#token=${rig.host.tokens.operator}`, options);
  await ui.live();
  return ui;
}

/** The console as a person uses it. */
export class ConsolePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Until it is connected. */
  async live(): Promise<void> {
    await this.page.locator(".menu summary", { hasText: "live" }).waitFor();
  }

  async goTo(hash: string): Promise<void> {
    await this.page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  }

  row(name: string): Locator {
    return this.page.getByRole("treeitem").filter({ has: this.page.getByText(name, { exact: true }) });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", typeof name === "string" ? { name, exact: true } : { name });
  }

  /** What was said of the last thing that was done. */
  get message(): Locator {
    return this.page.locator(".toast");
  }

  /** Presses the button of the question that is asked, which has to say `about`. */
  async agree(action: string, about: string | RegExp): Promise<void> {
    const dialog = this.page.getByRole("dialog");
    await dialog.getByText(about).waitFor();
    await dialog.getByRole("button", { name: action, exact: true }).click();
  }

  async says(text: string | RegExp): Promise<void> {
    await this.message.filter({ hasText: text }).waitFor();
  }
}
