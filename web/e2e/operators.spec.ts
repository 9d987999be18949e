/**
 * An operator's hand: incidents that are opened, told of and resolved; messages that are published and ended; and
 * connections to other services whose health is imported.
 */
import type { Locator, Page } from '@playwright/test';
import { axe, choose, expect, open, settled, signIn, test } from './support';

const PAGE = '/tenant-status/service-health';
const SOURCES = `${PAGE}/sources`;
/** What is live is asked for every 15 seconds. */
const LIVE = { timeout: 25_000 };

const issues = (page: Page): Locator =>
  page.getByRole('region', { name: /incidents?( or advisory| and advisories)/ });

test('an operator opens an incident, tells more and resolves it, and a reader sees each', async ({
  page,
  context,
}) => {
  // It waits three times for what is live.
  test.slow();
  const title = `e2e trouble ${Date.now()}`;
  await signIn(page, PAGE);
  const reader = await context.newPage();
  await open(reader, PAGE);

  await page.getByRole('button', { name: 'Open an incident or advisory' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(dialog.getByText('Say in a few words what is wrong.')).toBeVisible();
  await expect(dialog.getByText('Name the service it is about.')).toBeVisible();
  await expect(dialog.getByLabel('Title')).toBeFocused();
  expect(await axe(page), 'the form with its mistakes').toEqual([]);
  await dialog.getByLabel('Title').fill(title);
  await dialog.getByLabel('Service').fill('Data warehouse');
  await dialog.getByLabel('User impact').fill('Reports are late.');
  await dialog.getByLabel('First update').fill('We look into it.');
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(page).toHaveURL(/\/service-health\/issues\/QD\d+$/);
  await expect(page.getByText('We look into it.')).toBeVisible();
  const entry = (where: Page): Locator => issues(where).getByRole('button', { name: new RegExp(title) });
  await expect(entry(reader).getByText('Investigating')).toBeVisible(LIVE);

  await page.getByRole('button', { name: 'Post an update' }).click();
  await dialog.getByLabel('Text').fill('A disk was full; room is made.');
  await dialog.getByLabel('Status').selectOption('restoringService');
  await dialog.getByRole('button', { name: 'Post an update' }).click();
  await expect(page.getByText('A disk was full; room is made.')).toBeVisible();
  await expect(entry(reader).getByText('Restoring service')).toBeVisible(LIVE);

  await page.getByRole('button', { name: 'Resolve', exact: true }).click();
  await dialog.getByLabel('Text').fill('Reports are up to date again.');
  await dialog.getByRole('button', { name: 'Resolve', exact: true }).click();
  await expect(page.getByText('Reports are up to date again.')).toBeVisible();
  await expect(entry(page).getByText('Service restored')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Resolve', exact: true })).toHaveCount(0);
  await expect(entry(reader)).toHaveCount(0, LIVE);
  await reader.getByRole('button', { name: 'See past Incidents/Advisories' }).click();
  await entry(reader).click();
  await expect(reader.getByText('Reports are up to date again.')).toBeVisible();
  await reader.close();
});

test('an operator publishes a message with a day to act by, and ends it', async ({ page }) => {
  const title = `e2e message ${Date.now()}`;
  await signIn(page, PAGE);
  await page.getByRole('button', { name: 'Publish a message' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Title').fill(title);
  await dialog.getByLabel('Act by').fill('2001-01-01');
  await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
  await expect(dialog.getByText('Write the text of the message.')).toBeVisible();
  await expect(dialog.getByText('This day is over; choose a later one.')).toBeVisible();
  await dialog.getByLabel('Text').fill('Agents older than 0.1 are not heard any more.');
  await dialog.getByLabel('Category').selectOption('planForChange');
  await dialog.getByLabel('Severity').selectOption('high');
  await dialog.getByLabel('Act by').fill('2099-12-31');
  await dialog.getByLabel('Services').fill('Device management, Quarterdeck');
  await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
  await expect(page).toHaveURL(/\/service-health\/messages\/QM\d+$/);
  const section = page.getByRole('region', { name: /^Message center/ });
  const entry = section.getByRole('button', { name: new RegExp(title) });
  await expect(entry.getByText('Plan for change')).toBeVisible();
  await expect(entry.getByText('High')).toBeVisible();
  await expect(section.getByText('Agents older than 0.1 are not heard any more.')).toBeVisible();
  await section.getByRole('button', { name: 'End message' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'End message' }).click();
  await expect(section.getByRole('button', { name: 'End message' })).toHaveCount(0);
  await open(page, PAGE);
  await expect(entry).toHaveCount(0);
});

/** Fills the form of a connection, as far as it is told. */
async function fill(dialog: Locator, name: string, root: string): Promise<void> {
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Address of the service').fill(`${root}/graph/v1.0`);
  await dialog.getByLabel('Address for tokens').fill(`${root}/token`);
  await dialog.getByLabel('Client ID').fill('app');
  await dialog.getByLabel('Client secret').fill('s3cret');
  await dialog.getByLabel('Scope').fill(`${root}/.default`);
}

test('a connection that cannot be reached says so in the reader’s language, and is changed and deleted', async ({
  page,
}) => {
  const name = `e2e connection ${Date.now()}`;
  await signIn(page, PAGE);
  await page.getByRole('link', { name: 'Import connections' }).click();
  await expect(page).toHaveURL(SOURCES);
  await page.getByRole('button', { name: 'Add connection' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Address of the service').fill('http://graph.example/v1.0');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog.getByText('Write a whole address that begins with https:')).toBeVisible();
  await expect(dialog.getByLabel('Name')).toBeFocused();
  expect(await axe(page), 'the form with its mistakes').toEqual([]);
  await fill(dialog, name, 'https://nowhere.invalid');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  const panel = page.getByRole('region', { name });
  await expect(panel.getByText('The name nowhere.invalid was not found')).toBeVisible(LIVE);
  await expect(panel.getByText('s3cret')).toHaveCount(0);

  await page.getByRole('button', { name: `Edit ${name}` }).click();
  await dialog.getByLabel('Address for tokens').fill('https://elsewhere.invalid/token');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('give it again')).toBeVisible();
  await dialog.getByLabel('Client secret').fill('another');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(panel.getByText('The name elsewhere.invalid was not found')).toBeVisible(LIVE);

  await page.getByRole('button', { name: `Pause ${name}` }).click();
  await expect(panel.getByText('Paused')).toBeVisible();
  await page.getByRole('button', { name: `Delete ${name}` }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(panel).toHaveCount(0);
});

test('why an import failed is said in Dutch', async ({ page }) => {
  test.skip(process.env['QD_MOCK_PORT'] !== undefined, 'the mock says everything in English');
  const name = `e2e verbinding ${Date.now()}`;
  await signIn(page, SOURCES);
  await choose(page, { language: 'nl' });
  await page.reload();
  await settled(page);
  await page.getByRole('button', { name: 'Verbinding toevoegen' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Naam').fill(name);
  await dialog.getByLabel('Adres van de service').fill('https://nowhere.invalid/graph/v1.0');
  await dialog.getByLabel('Adres voor tokens').fill('https://nowhere.invalid/token');
  await dialog.getByLabel('Client-id').fill('app');
  await dialog.getByLabel('Clientgeheim').fill('s3cret');
  await dialog.getByRole('button', { name: 'Toevoegen', exact: true }).click();
  await expect(page.getByText('De naam nowhere.invalid is niet gevonden')).toBeVisible(LIVE);
  await page.getByRole('button', { name: `${name} verwijderen` }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Verwijderen' }).click();
  await expect(page.getByRole('region', { name })).toHaveCount(0);
});
