/**
 * A certificate's whole story, played by an administrator: six days left, expired, renewed. Mail goes to a real mail
 * server, the metric, the feed and the calendar are read as other programs read them, and time passes by the clock file
 * of a demo made for this: `cargo xtask test --only e2e` sets QD_MAIL_FOLDER and QD_CLOCK_FILE.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { connectors, expect, open, signIn, test } from './support';

const TYPE = 'certificateExpiry';
const NAME = 'Wi-Fi certificate';
/** What the certificate calls itself: metrics are open to everybody and hold no name that somebody typed. */
const SUBJECT = 'wifi.contoso.example';
const DAY = 24 * 60 * 60;

const folder = mkdtempSync(join(tmpdir(), 'expiry-'));

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run this with \`cargo xtask test --only e2e\``);
  return value;
}

/** A certificate that holds for so many days from the machine's own today. */
function certificate(days: number): string {
  const file = join(folder, `${days}.pem`);
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    `${file}.key`,
  ];
  const subject = ['-subj', `/CN=${SUBJECT}`, '-days', String(days)];
  execFileSync('openssl', ['req', '-x509', ...key, ...subject, '-out', file], { stdio: 'ignore' });
  return file;
}

/** Puts the demo's clock ahead; the file is replaced whole, because it is read all the time. */
function advance(seconds: number): void {
  const file = setting('QD_CLOCK_FILE');
  writeFileSync(`${file}.new`, String(seconds));
  renameSync(`${file}.new`, file);
}

/** The mails that have arrived, header lines unfolded. */
function mails(): string[] {
  const arrived = join(setting('QD_MAIL_FOLDER'), 'new');
  return readdirSync(arrived).map((name) =>
    readFileSync(join(arrived, name), 'utf8').replaceAll(/\r?\n /g, ' '),
  );
}

async function mailArrives(subject: RegExp): Promise<void> {
  await expect
    .poll(() => mails().filter((mail) => subject.test(mail)).length, { timeout: 90_000, intervals: [500] })
    .toBeGreaterThan(0);
}

async function upload(page: Page, file: string): Promise<void> {
  await page
    .getByRole('button', { name: /^(Upload|Renew)$/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('File', { exact: true }).setInputFiles(file);
  await dialog.getByRole('button', { name: /^(Upload|Renew)$/ }).click();
  await expect(dialog).toHaveCount(0);
}

async function post(page: Page, path: string, data: unknown): Promise<Record<string, unknown>> {
  const session = (await (await page.request.get('/api/session')).json()) as { csrfToken: string };
  const answer = await page.request.post(path, { data, headers: { 'x-csrf-token': session.csrfToken } });
  expect(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
  return (await answer.json()) as Record<string, unknown>;
}

async function metric(page: Page, name: string): Promise<number> {
  const text = await (await page.request.get('/metrics')).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name}{`) && one.includes(SUBJECT));
  expect(line, `${name} of ${SUBJECT} is among the metrics`).toBeDefined();
  return Number(line?.split(' ').at(-1));
}

async function health(page: Page): Promise<string | undefined> {
  const { value } = await connectors(page);
  return value.find((one) => one.type === TYPE)?.status.health;
}

test('six days left, expired, renewed', async ({ page }) => {
  test.setTimeout(240_000);
  await signIn(page, '/tenant-status/connectors');
  await post(page, '/api/notifications/channels', {
    kind: 'mail',
    displayName: 'Operations',
    settings: { addresses: ['ops@contoso.example'], topics: ['connectorHealth', 'earlyWarning'] },
  });
  const feed = await post(page, '/api/tenantStatus/feeds', { description: 'Proof' });

  await open(page, `/tenant-status/connectors/${TYPE}`);
  await page.getByRole('button', { name: 'Add connector' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill(NAME);
  await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await upload(page, certificate(6));

  // A warning, above everything that is well.
  await open(page, '/tenant-status/connectors');
  const first = page.getByRole('row').nth(1);
  await expect(first.getByText('Warning')).toBeVisible();
  expect(await health(page)).toBe('warning');
  await mailArrives(/^Subject:.*Wi-Fi certificate/m);
  expect(await metric(page, 'x509_cert_expired')).toBe(0);
  expect(await metric(page, 'x509_cert_expires_in_seconds')).toBeLessThan(7 * DAY);
  const rss = await (await page.request.get(String(feed['rssAddress']))).text();
  expect(rss).toContain(NAME);
  const calendar = await (await page.request.get(String(feed['calendarAddress']))).text();
  expect(calendar).toContain('BEGIN:VEVENT');
  expect(calendar.replaceAll(/\r\n /g, '')).toContain(NAME);

  // A week passes. Whoever was signed in is not any more.
  const before = mails().length;
  advance(7 * DAY);
  await expect
    .poll(async () => (await page.request.get('/api/session')).status(), { timeout: 30_000 })
    .toBe(401);
  await page.context().clearCookies();
  await signIn(page, '/tenant-status/connectors');
  await expect.poll(() => health(page), { timeout: 90_000 }).toBe('unhealthy');
  await expect.poll(() => mails().length, { timeout: 90_000 }).toBeGreaterThan(before);
  await expect.poll(() => metric(page, 'x509_cert_expired'), { timeout: 30_000 }).toBe(1);
  await open(page, '/tenant-status/connectors');
  await expect(page.getByRole('row').nth(1).getByText('Unhealthy')).toBeVisible();

  // It is renewed, and everybody hears that it is well again.
  await open(page, `/tenant-status/connectors/${TYPE}`);
  await page
    .getByRole('button', { name: new RegExp(NAME) })
    .first()
    .click();
  await upload(page, certificate(400));
  expect(await health(page)).toBe('healthy');
  advance(7 * DAY + 10 * 60);
  await mailArrives(/^Subject:.*Resolved.*Wi-Fi certificate/m);
});
