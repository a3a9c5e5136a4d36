import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { patient } from '../../hw/simulator/office/patience.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Chromium as the tests need it: no sandbox (containers), and nothing that talks to the Internet. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface PageOptions {
  /** Language of the page; that of the box if not given. */
  language?: 'ru' | 'en';
  colorScheme?: 'light' | 'dark';
  width?: number;
  height?: number;
}

/** A page in a context of its own, and what went wrong in it. */
export interface OpenPage {
  page: Page;
  context: BrowserContext;
  /** Uncaught errors and console errors, refused loads of scripts and styles included. */
  errors: string[];
}

/** Opens the page of the box at `origin` (`http://HOST:PORT`). */
export async function openPage(
  browser: Browser,
  origin: string,
  options: PageOptions = {},
): Promise<OpenPage> {
  const { language, colorScheme = 'light', width = 1280, height = 900 } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale: 'ru-RU' });
  if (language) {
    await context.addInitScript(`localStorage.setItem('linegate-language', '${language}')`);
  }
  const page = await context.newPage();
  page.setDefaultTimeout(patient(10_000));
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    // A refused request (401, 422) is reported by the browser too; the page shows it itself.
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(message.text())) {
      errors.push(message.text());
    }
  });
  await page.goto(origin);
  return { page, context, errors };
}

/** First visit: claims the box with the code from the label; leaves the page at Now. */
export async function claimBox(page: Page, code: string, password: string): Promise<void> {
  await page.locator('#claim-code').fill(code);
  await page.locator('#claim-password').fill(password);
  await page.locator('#claim-again').fill(password);
  await page.locator('button[type=submit]').click();
  await signedIn(page);
}

/** Signs in on the sign-in page; leaves the page at the place it was opened for. */
export async function signIn(page: Page, password: string): Promise<void> {
  await page.locator('#login-password').fill(password);
  await page.locator('button[type=submit]').click();
  await signedIn(page);
}

async function signedIn(page: Page): Promise<void> {
  await page.locator('.shell').waitFor();
  await page.locator('[data-freshness=live]').waitFor();
}

/** Goes to a place by its link in the navigation: `/`, `/calls`, `/people`, `/in`, `/out`, `/box`. */
export async function goTo(page: Page, place: string): Promise<void> {
  await page.locator(`nav.places a[href="${place}"]`).click();
}

const require = createRequire(import.meta.url);

/** Serious and critical accessibility violations that axe-core finds in the page as it is now. */
export async function axeViolations(page: Page): Promise<string[]> {
  const source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
  // Evaluated, not added as a tag: the page's policy lets no foreign script in.
  await page.evaluate(source);
  return page.evaluate(async () => {
    interface Violation {
      id: string;
      impact: string | null;
      nodes: { html: string; failureSummary: string }[];
    }
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    const { violations } = await axe.run();
    return violations
      .filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 160)} ${n.failureSummary}`));
  });
}

/** Whether the page is wider than the window (it may scroll inside, but never as a whole). */
export function overflowsSideways(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}
