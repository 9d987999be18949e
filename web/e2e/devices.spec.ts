/**
 * The list of devices (order, search, filter, pages, back button) and the page of one device.
 */
import type { Page } from '@playwright/test';
import { devices, expect, open, settled, signIn, someDevice, test } from './support';

const names = (page: Page) => page.locator('main tbody tr td:first-child a').allTextContents();

test.beforeEach(async ({ page }) => {
  await signIn(page, '/devices');
});

test('order follows the column heads and the address', async ({ page }) => {
  const wanted = async (order: string) =>
    (await devices(page, `$top=50&$orderby=${order}`)).value.map((device) => device.deviceName);
  expect(await names(page)).toEqual(await wanted('deviceName asc'));
  await page.getByRole('columnheader', { name: 'Device name' }).getByRole('button').click();
  await expect(page).toHaveURL(/sort=-deviceName/);
  await settled(page);
  expect(await names(page)).toEqual(await wanted('deviceName desc'));
  await expect(page.getByRole('columnheader', { name: 'Device name' })).toHaveAttribute(
    'aria-sort',
    'descending',
  );

  await page.goBack();
  await settled(page);
  expect(await names(page)).toEqual(await wanted('deviceName asc'));
});

test('search narrows the list and is kept in the address', async ({ page }) => {
  const target = await someDevice(page);
  await page.getByRole('searchbox', { name: 'Search devices' }).fill(target.deviceName);
  await expect(page).toHaveURL(/[?&]q=/);
  await settled(page);
  const { count } = await devices(page, `$search=${encodeURIComponent(`"${target.deviceName}"`)}`);
  expect(count).toBeGreaterThan(0);
  await expect(page.getByRole('status').filter({ hasText: `of ${count}` })).toBeVisible();
  expect(await names(page)).toContain(target.deviceName);

  await page.getByRole('searchbox', { name: 'Search devices' }).fill('zzz-nothing-is-called-this');
  await expect(page.getByText('No device matches.')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await settled(page);
  await expect(page.getByRole('searchbox', { name: 'Search devices' })).toHaveValue('');
  expect((await names(page)).length).toBeGreaterThan(0);
});

test('filters ask the server, and back takes one away', async ({ page }) => {
  const { count: all } = await devices(page, '$top=1');
  const filter = encodeURIComponent("managedDeviceOwnerType eq 'company' and isSimulated eq true");
  const { count } = await devices(page, `$top=1&$filter=${filter}`);
  await page.getByRole('combobox', { name: 'Ownership' }).selectOption('company');
  await page.getByRole('combobox', { name: 'Real or simulated' }).selectOption('simulated');
  await expect(page).toHaveURL(/ownership=company&kind=simulated|kind=simulated&ownership=company/);
  await settled(page);
  const range = page.locator('main nav [role=status]');
  if (count > 0) await expect(range).toContainText(`of ${count.toLocaleString('en-US')}`);
  else await expect(page.getByText('No device matches.')).toBeVisible();

  await page.goBack();
  await page.goBack();
  await settled(page);
  await expect(page.getByRole('combobox', { name: 'Ownership' })).toHaveValue('');
  await expect(range).toContainText(`of ${all.toLocaleString('en-US')}`);
});

test('pages forward, and back with the browser', async ({ page }) => {
  const { count } = await devices(page, '$top=1');
  expect(count, 'this test needs a tenant with more than one page of devices').toBeGreaterThan(50);
  const first = await names(page);
  await page.getByRole('button', { name: 'Next' }).click();
  await expect(page).toHaveURL(/page=2/);
  await settled(page);
  await expect(page.locator('main nav [role=status]')).toContainText('51–');
  expect(await names(page)).not.toEqual(first);
  await page.goBack();
  await expect(page.locator('main nav [role=status]')).toContainText('1–50');
  await settled(page);
  expect(await names(page)).toEqual(first);
});

test('a simulated device is marked wherever it shows', async ({ page }) => {
  const { value } = await devices(page, `$top=1&$filter=${encodeURIComponent('isSimulated eq true')}`);
  const [simulated] = value;
  if (!simulated) throw new Error('This test needs a tenant with a simulated device');
  await open(page, `/devices?q=${encodeURIComponent(simulated.deviceName)}`);
  const row = page.locator('main tbody tr').filter({ hasText: simulated.deviceName }).first();
  await expect(row.getByText('Simulated', { exact: true })).toBeVisible();
  await row.getByRole('link').click();
  await expect(page.getByText('This device does not exist.')).toBeVisible();
});

test('the page of one device: tabs are addresses', async ({ page }) => {
  const device = await someDevice(page);
  await open(page, `/devices/${device.id}`);
  await expect(page).toHaveURL(/\/overview$/);
  await expect(page.getByRole('heading', { level: 1, name: device.deviceName })).toBeVisible();
  await expect(page.getByText('Serial number')).toBeVisible();

  await page.getByRole('tab', { name: 'Hardware' }).click();
  await expect(page).toHaveURL(/\/hardware$/);
  await expect(page.getByRole('heading', { name: 'Disks' })).toBeVisible();
  await page.getByRole('tab', { name: 'Software' }).click();
  await settled(page);
  await page.getByRole('searchbox', { name: 'Search software' }).fill('zzz-no-such-package');
  await expect(page.getByText('No software matches.')).toBeVisible();
  await page.getByRole('tab', { name: 'Network' }).click();
  await expect(page.getByRole('heading', { name: 'Network interfaces' })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('tab', { name: 'Software' })).toHaveAttribute('aria-selected', 'true');
});

test('sync asks first, then says what happened', async ({ page }) => {
  const device = await someDevice(page);
  await open(page, `/devices/${device.id}/overview`);
  const button = page.getByRole('button', { name: 'Sync' });
  await button.click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText(`Sync ${device.deviceName}?`);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(button).toBeFocused();
  await button.click();
  await dialog.getByRole('button', { name: 'Sync' }).click();
  await expect(
    page.getByText(/The device was told to check in|The device is not connected right now/).last(),
  ).toBeVisible();
});

test('enrollment: a token, its command, and its end', async ({ page }) => {
  const description = `Browser test ${Date.now()}`;
  await page.getByRole('button', { name: 'Enroll devices' }).click();
  await page.getByRole('textbox', { name: 'Description' }).fill(description);
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByText(/quarterdeck-agent enroll --server \S+ --token \S+/)).toBeVisible();
  await page.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('link', { name: 'Enrollment tokens' }).click();
  const row = page.locator('main tbody tr').filter({ hasText: description });
  await expect(row).toContainText('Usable');
  await row.getByRole('button', { name: `Revoke: ${description}` }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(row).toContainText('Revoked');
});

test.describe('a device that does not exist', () => {
  test.use({ allowed: [/status of 40[04]/] });
  for (const id of ['00000000-0000-4000-8000-000000000000', 'nonsense']) {
    test(`a kind page: ${id}`, async ({ page }) => {
      await page.goto(`/devices/${id}`);
      await expect(page.getByRole('heading', { level: 1, name: 'Device not found' })).toBeVisible();
    });
  }
});
