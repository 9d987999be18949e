/**
 * Connectors: the list as the server orders it, and an administrator who adds, uploads, renews and deletes.
 * Certificates are made by openssl while the test runs.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { axe, connectors, expect, open, settled, signIn, test } from './support';

const folder = mkdtempSync(join(tmpdir(), 'connectors-'));

/** A certificate of that name that expires in so many days. */
function certificate(name: string, days: number): string {
  const file = join(folder, `${name}-${days}.pem`);
  const subject = ['-subj', `/CN=${name}`, '-days', String(days)];
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    `${file}.key`,
  ];
  execFileSync('openssl', ['req', '-x509', ...key, ...subject, '-out', file], { stdio: 'ignore' });
  return file;
}

const TYPE = '/tenant-status/connectors/certificateExpiry';
const panel = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(name) }).first();

async function upload(page: Page, file: string): Promise<void> {
  await page
    .getByRole('button', { name: /^(Upload|Renew)$/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('File', { exact: true }).setInputFiles(file);
  await dialog.getByRole('button', { name: /^(Upload|Renew)$/ }).click();
}

async function addConnector(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add connector' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByLabel('Owner').fill('Fleet team');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page).toHaveURL(/\/connectors\/\w+\/[0-9a-f-]{36}$/);
}

async function deleteConnector(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Delete ${name}` }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(panel(page, name)).toHaveCount(0);
}

test('the list shows the server’s order, five at first, and remembers "show all"', async ({ page }) => {
  await signIn(page, '/tenant-status/connectors');
  const { value, unhealthyCount } = await connectors(page);
  const rows = page.getByRole('table', { name: 'Connector status' }).locator('tbody tr');
  const unwell = value.filter((one) => ['unhealthy', 'warning'].includes(one.status.health)).length;
  await expect(rows).toHaveCount(Math.max(5, unwell));
  await expect(page.getByText(`${unhealthyCount} unhealthy`)).toBeVisible();
  await page.getByRole('button', { name: /^Show all connectors/ }).click();
  await expect(rows).toHaveCount(value.length);
  const links = rows.getByRole('link');
  expect(await links.allTextContents()).toEqual(value.map((one) => one.label));
  await page.reload();
  await settled(page);
  await expect(rows).toHaveCount(value.length);
  await page.getByRole('button', { name: 'Show fewer connectors' }).click();
  await expect(rows).toHaveCount(Math.max(5, unwell));
});

test('a tab of the hub is an address, reached by the keyboard, and the back button works', async ({
  page,
}) => {
  await signIn(page, '/tenant-status/details');
  const tabs = page.getByRole('navigation', { name: 'Parts of the tenant status page' });
  await tabs.getByRole('link', { name: 'Tenant details' }).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/tenant-status\/connectors$/);
  await expect(tabs.getByRole('link', { name: 'Connector status' })).toBeFocused();
  await expect(tabs.getByRole('link', { name: 'Connector status' })).toHaveAttribute('aria-current', 'page');
  await page.goBack();
  await expect(tabs.getByRole('link', { name: 'Tenant details' })).toHaveAttribute('aria-current', 'page');
});

test('a certificate that expires in six days is a warning, and healthy once renewed', async ({ page }) => {
  const name = `e2e certificate ${Date.now()}`;
  await signIn(page, TYPE);
  await addConnector(page, name);
  await upload(page, certificate('soon.example', 6));
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await open(page, '/tenant-status/connectors');
  await page.getByRole('button', { name: /^Show all connectors/ }).click();
  const list = page.getByRole('table', { name: 'Connector status' });
  const row = list.getByRole('row').filter({ hasText: 'Other certificates' });
  await expect(row.getByText('Warning')).toBeVisible();
  await expect(row.getByText('will expire within seven days')).toBeVisible();
  await open(page, TYPE);
  await panel(page, name).click();
  await upload(page, certificate('soon.example', 400));
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(panel(page, name).getByText('Healthy')).toBeVisible();
  await deleteConnector(page, name);
});

test.describe('refusals', () => {
  test.use({ allowed: [/status of 4\d\d/] });

  test('a file that is no certificate is refused in a sentence, and changes nothing', async ({ page }) => {
    const name = `e2e refused ${Date.now()}`;
    await signIn(page, TYPE);
    await addConnector(page, name);
    const zip = join(folder, 'certificate.zip');
    writeFileSync(zip, Buffer.from('PK\u0003\u0004 and more', 'latin1'));
    await upload(page, zip);
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByText(/ZIP/)).toBeVisible();
    expect(await axe(page), 'upload dialog').toEqual([]);
    await page.keyboard.press('Escape');
    await expect(panel(page, name).getByText('Not Enabled')).toBeVisible();
    await deleteConnector(page, name);
  });
});

test('a pasted certificate, a note, and disabling', async ({ page }) => {
  const name = `e2e pasted ${Date.now()}`;
  await signIn(page, TYPE);
  await addConnector(page, name);
  await page.getByRole('button', { name: 'Upload' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'Paste the text' }).check();
  await dialog
    .getByRole('textbox', { name: 'Text' })
    .fill(readFileSync(certificate('pasted.example', 90), 'utf8'));
  await dialog.getByRole('button', { name: 'Upload' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(panel(page, name).getByText('Healthy')).toBeVisible();
  await page.getByRole('button', { name: `Edit ${name}` }).click();
  await page.getByRole('dialog').getByLabel('How to renew it').fill('Ask the certificate team.');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Ask the certificate team.')).toBeVisible();
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await expect(panel(page, name).getByText('Not Enabled')).toBeVisible();
  await deleteConnector(page, name);
});

test('a heartbeat token is shown once, and reporting with it is seen without a reload', async ({ page }) => {
  const name = `e2e heartbeat ${Date.now()}`;
  await signIn(page, '/tenant-status/connectors/customHeartbeat');
  await addConnector(page, name);
  await page.getByRole('button', { name: 'Heartbeat token' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Make the token' }).click();
  const made = page.getByRole('alertdialog');
  const address =
    (await made
      .getByText(/\/api\/heartbeat\/qdhb_/)
      .first()
      .textContent()) ?? '';
  expect(await axe(page), 'token dialog').toEqual([]);
  await made.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText(/qdhb_/)).toHaveCount(0);
  const path = new URL(address).pathname;
  const heard = await page.request.post(path, {
    data: { status: 'success', message: 'All 12 files were kept.' },
  });
  if (heard.ok()) {
    await expect(panel(page, name).getByText('Healthy')).toBeVisible();
    await expect(page.getByText('All 12 files were kept.')).toBeVisible();
  }
  await deleteConnector(page, name);
});

test('a signing request for Apple push is made and can be downloaded', async ({ page }) => {
  const name = `e2e push ${Date.now()}`;
  await signIn(page, '/tenant-status/connectors/apnsExpiry');
  await addConnector(page, name);
  await page.getByRole('button', { name: 'Signing request' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Make a new one' }).click();
  await expect(dialog.getByText('BEGIN CERTIFICATE REQUEST')).toBeVisible();
  const downloading = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Download' }).click();
  const file = await (await downloading).path();
  expect(readFileSync(file, 'utf8')).toContain('BEGIN CERTIFICATE REQUEST');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await deleteConnector(page, name);
});

test('early-warning days are set for a type', async ({ page }) => {
  await signIn(page, TYPE);
  await page.getByRole('button', { name: 'Change early warnings' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('many');
  await expect(dialog.getByText('Write whole numbers of days from 1 to 730.')).toBeVisible();
  await dialog.getByRole('textbox').fill('7, 60');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('People are told 60 and 7 days before the expiry.')).toBeVisible();
  await page.getByRole('button', { name: 'Change early warnings' }).click();
  await dialog.getByRole('textbox').fill('30, 14, 7, 1');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('30, 14, 7, and 1 days')).toBeVisible();
});

test('addresses for a feed reader and a calendar are shown once and taken back', async ({ page }) => {
  const name = `e2e feed ${Date.now()}`;
  await signIn(page, '/tenant-status/connectors');
  await page.getByRole('button', { name: 'Add address' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill(name);
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  const made = page.getByRole('alertdialog');
  await expect(made.getByText(/rss\.xml$/)).toBeVisible();
  await expect(made.getByText(/calendar\.ics$/)).toBeVisible();
  await made.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: `Take back ${name}` }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Take back' }).click();
  await expect(page.getByText(name)).toHaveCount(0);
});
