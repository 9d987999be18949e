/**
 * How soon the tenant status page is there, and how soon its API answers: `cargo xtask bench status` runs this against a
 * real server (QD_ORIGIN, QD_ADMIN_USER, QD_ADMIN_PASSWORD, NODE_EXTRA_CA_CERTS). The limit beside each API figure is
 * the same client asking `/healthz`, which does nothing.
 */
import https from 'node:https';
import { chromium } from '@playwright/test';

const ORIGIN = process.env.QD_ORIGIN;
const REQUESTS = Number(process.env.QD_BENCH_REQUESTS ?? 2000);
const VISITS = 7;
const say = (line) => process.stdout.write(`${line}\n`);
const PAGES = ['/tenant-status/details', '/tenant-status/connectors', '/tenant-status/service-health'];
const APIS = ['/api/tenantStatus/details', '/api/tenantStatus/connectors'];

async function signIn(page) {
  await page.goto(`${ORIGIN}/`);
  await page.locator('a[href^="/api/session/sign-in"]').click();
  const password = page.locator('input[type=password]');
  await password.waitFor();
  await page.locator('input[name=username], input[type=text]').first().fill(process.env.QD_ADMIN_USER);
  await password.fill(process.env.QD_ADMIN_PASSWORD);
  await page.locator('button[type=submit]').first().click();
  await page.getByRole('navigation').first().waitFor({ state: 'attached' });
}

/** First contentful paint and the heading's appearance, in milliseconds, with an empty cache. */
async function visit(browser, state, path) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, storageState: state });
  const page = await context.newPage();
  const started = performance.now();
  await page.goto(`${ORIGIN}${path}`, { waitUntil: 'commit' });
  await page.getByRole('heading', { level: 1 }).waitFor();
  const heading = performance.now() - started;
  // The browser tells of a paint a while after it: the heading may be in the page before.
  const paint = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const told = (list) => {
          const found = list.getEntriesByName('first-contentful-paint')[0];
          if (found) resolve(found.startTime);
        };
        new PerformanceObserver(told).observe({ type: 'paint', buffered: true });
      }),
  );
  await context.close();
  return { paint, heading };
}

function get(agent, path, cookie) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const request = https.get(`${ORIGIN}${path}`, { agent, headers: { cookie } }, (response) => {
      response.on('data', () => {});
      response.on('end', () => {
        if (response.statusCode !== 200) reject(new Error(`${path} answered ${response.statusCode}`));
        resolve(performance.now() - started);
      });
    });
    request.on('error', reject);
  });
}

function at(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

const told = (times) => {
  const sorted = times.toSorted((a, b) => a - b);
  return `p50 ${at(sorted, 0.5).toFixed(2)} ms, p99 ${at(sorted, 0.99).toFixed(2)} ms`;
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const context = await browser.newContext({ ignoreHTTPSErrors: true });
await signIn(await context.newPage());
const state = await context.storageState();
const cookie = state.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');

for (const path of PAGES) {
  const visits = [];
  for (let n = 0; n < VISITS; n += 1) visits.push(await visit(browser, state, path));
  const paint = at(
    visits.map((one) => one.paint).toSorted((a, b) => a - b),
    0.5,
  );
  const heading = at(
    visits.map((one) => one.heading).toSorted((a, b) => a - b),
    0.5,
  );
  say(
    `  ${path}: first contentful paint ${paint.toFixed(0)} ms, title ${heading.toFixed(0)} ms (median of ${VISITS})`,
  );
}
await browser.close();

const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
for (const path of [...APIS, '/healthz']) {
  for (let n = 0; n < 50; n += 1) await get(agent, path, cookie);
  const times = [];
  for (let n = 0; n < REQUESTS; n += 1) times.push(await get(agent, path, cookie));
  say(`  ${path}: ${told(times)} of ${REQUESTS}${path === '/healthz' ? ' (the limit)' : ''}`);
}
agent.destroy();
