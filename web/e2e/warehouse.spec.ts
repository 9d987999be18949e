/**
 * The data warehouse page and the entity explorer.
 */
import { ask, expect, open, settled, signIn, someTable, test } from './support';

interface Warehouse {
  feedUrl: string;
  pathRoot: string;
  tables: { name: string; columns: { name: string }[]; columnsByVersion?: Record<string, string[]> }[];
}

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

test('the feed URL is there to copy, and every table is listed', async ({ page }) => {
  await signIn(page, '/data-warehouse');
  const warehouse = await ask<Warehouse>(page, '/api/warehouse');
  await page.getByRole('button', { name: 'Copy: Feed URL (v1.0)' }).click();
  await expect(page.getByText('Copied', { exact: true })).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(warehouse.feedUrl);
  for (const { name } of warehouse.tables) {
    await expect(page.getByRole('link', { name, exact: true })).toBeVisible();
  }
  for (const tool of ['Python, pandas', 'DuckDB', 'curl', 'Power BI, Excel']) {
    await page.getByRole('tab', { name: tool }).click();
    await expect(page.locator('pre')).not.toBeEmpty();
  }
});

test('today can be published without waiting for midnight', async ({ page }) => {
  await signIn(page, '/data-warehouse');
  await page.getByRole('button', { name: "Publish today's snapshot" }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByText("Today's snapshot is published.").last()).toBeVisible();
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
});

test('the explorer asks exactly what it shows', async ({ page }) => {
  await signIn(page, '/data-warehouse');
  const name = await someTable(page);
  await page.getByRole('link', { name, exact: true }).click();
  await settled(page);
  const { tables } = await ask<Warehouse>(page, '/api/warehouse');
  const table = tables.find((candidate) => candidate.name === name);
  const columns = table?.columnsByVersion?.['v1.0'] ?? table?.columns.map((column) => column.name) ?? [];
  const [first = ''] = columns;

  await page.getByRole('button', { name: /^\$select/ }).click();
  for (const column of columns.slice(1))
    await page.getByRole('checkbox', { name: column, exact: true }).uncheck();
  await page.getByRole('combobox', { name: '$top' }).selectOption('10');
  await page.getByRole('button', { name: 'Run' }).click();
  await expect(page).toHaveURL(/top=10/);
  await settled(page);
  await expect(
    page.locator('main code').filter({ hasText: `/warehouse/v1.0/${name}?$select=${first}&$top=10` }),
  ).toBeVisible();
  const result = page.getByRole('table', { name: 'Result' });
  await expect(result.getByRole('columnheader')).toHaveText([first]);
  const { value } = await ask<{ value: unknown[] }>(page, `/warehouse/v1.0/${name}?$select=${first}&$top=10`);
  await expect(result.locator('tbody tr')).toHaveCount(value.length);
});

test('groups are counted and drawn', async ({ page }) => {
  await signIn(page, '/data-warehouse/explore/devices');
  await page.getByRole('combobox', { name: 'Group by' }).selectOption('manufacturer');
  await page.getByRole('button', { name: 'Run' }).click();
  await expect(page).toHaveURL(/by=manufacturer/);
  await settled(page);
  const result = page.getByRole('table', { name: 'Result' });
  await expect(result.getByRole('columnheader')).toHaveText(['manufacturer', 'amount']);
  await expect(page.getByRole('img', { name: 'amount for each manufacturer' })).toBeVisible();
});

test('one SELECT is answered', async ({ page }) => {
  await signIn(page, '/data-warehouse/sql');
  await page.getByRole('button', { name: 'Run' }).click();
  const result = page.getByRole('table', { name: 'Result' });
  await expect(result.getByRole('columnheader')).toHaveText(['manufacturer', 'devices']);
  await expect(result.locator('tbody tr').first()).toBeVisible();
});

test.describe('a mistake in $filter', () => {
  test.use({ allowed: [/status of 400/] });
  test('is shown with its position', async ({ page }) => {
    await signIn(page, '/data-warehouse');
    const name = await someTable(page);
    await open(page, `/data-warehouse/explore/${name}`);
    await page.getByRole('textbox', { name: '$filter' }).fill('noSuchColumn eq 1');
    await page.getByRole('button', { name: 'Run' }).click();
    const alert = page.getByRole('alert');
    await expect(alert).toContainText('$filter');
    await expect(alert).toContainText('position 1');
    await expect(alert.locator('mark')).toHaveText('n');
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect(page.getByRole('table', { name: 'Result' })).toBeVisible();
  });
});

test('a table that does not exist', async ({ page }) => {
  await signIn(page, '/data-warehouse');
  await open(page, '/data-warehouse/explore/noSuchTable');
  await expect(page.getByRole('heading', { level: 1, name: 'Table not found' })).toBeVisible();
});

test('an app registration, its secret shown once, and the end of it', async ({ page }) => {
  await signIn(page, '/applications');
  const name = `Browser test ${Date.now()}`;
  await page.getByRole('button', { name: 'New app registration' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const panel = page.getByRole('region', { name });
  await expect(panel).toBeVisible();

  await panel.getByRole('button', { name: `New client secret for ${name}` }).click();
  await page.getByRole('textbox', { name: 'Description' }).fill('Night');
  await page.getByRole('dialog').getByRole('button', { name: 'New client secret' }).click();
  const secret = await page.getByRole('alertdialog').locator('code').textContent();
  expect(secret?.length).toBeGreaterThan(10);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(panel.getByText('Night')).toBeVisible();
  await expect(page.getByText(secret ?? '', { exact: true })).toHaveCount(0);

  await panel.getByRole('button', { name: 'Delete the client secret Night' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(panel.getByText('No client secret yet.')).toBeVisible();
});

test('the audit log shows details', async ({ page }) => {
  await signIn(page, '/audit-logs');
  await page
    .getByRole('button', { name: /^Details: / })
    .first()
    .click();
  await expect(page.getByRole('dialog')).toContainText('Initiated by');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  const { '@odata.count': count, '@odata.nextLink': next } = await ask<Record<string, string>>(
    page,
    '/api/auditEvents?$top=50',
  );
  await expect(page.getByText(`${Number(count).toLocaleString('en-US')} event`)).toBeVisible();
  if (next) {
    await page.getByRole('button', { name: 'Older' }).click();
    await expect(page).toHaveURL(/before=\d+/);
    await settled(page);
    await page.getByRole('button', { name: 'Newest' }).click();
    await expect(page).not.toHaveURL(/before/);
  }
});
