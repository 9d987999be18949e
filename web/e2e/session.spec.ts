/**
 * Signing in and out, the reader's own choices, and addresses that lead nowhere.
 */
import { choose, expect, open, settled, signIn, test } from './support';

test('sign in returns to the address that was asked for, sign out ends it', async ({ page }) => {
  await signIn(page, '/users?q=a');
  await expect(page).toHaveURL(/\/users\?q=a$/);

  await page.getByRole('button', { name: /Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect.poll(async () => (await page.request.get('/api/session')).status()).toBe(401);
  // The browser is sent away from the page; only then is it free to go elsewhere.
  await page.waitForURL((url) => !url.pathname.startsWith('/users'));
  await page.goto('/users');
  await expect(page.locator('a[href^="/api/session/sign-in"]')).toBeVisible();
});

test('no script can read the session cookie', async ({ page }) => {
  await signIn(page);
  expect(await page.evaluate(() => document.cookie)).toBe('');
});

test('all three languages, from the menu, kept over a reload', async ({ page }) => {
  await signIn(page, '/tenant-status/details');
  const words = [
    ['Svenska', 'sv', 'Klientorganisationsstatus', 'Licenser för enheter visas inte.'],
    ['Nederlands', 'nl', 'Tenantstatus', 'De licenties voor apparaten worden niet weergegeven.'],
    ['English', 'en', 'Tenant Status', "Licenses for devices aren't shown."],
  ] as const;
  for (const [name, code, title, sentence] of words) {
    await page.getByRole('button', { name: /^(Language|Språk|Taal): / }).click();
    await page.getByRole('menuitemradio', { name }).click();
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', code);
    await page.reload();
    await expect(page.getByText(sentence)).toBeVisible();
    await expect(page).toHaveTitle(`${title} – Quarterdeck`);
  }
});

test('the menus of the header: by keyboard, by pointer, and the focus back on their button', async ({
  page,
}) => {
  await signIn(page);
  const button = page.getByRole('button', { name: /^Theme: / });
  const menu = page.getByRole('menu');
  await button.focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitemradio', { name: 'Light' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitemradio', { name: 'Dark' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await expect(button).toBeFocused();

  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitemradio', { name: 'Light' })).toBeFocused();
  await expect(button).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(menu).toHaveCount(0);
  await expect(button).toBeFocused();

  await button.click();
  await expect(menu).toBeVisible();
  await button.click();
  await expect(menu).toHaveCount(0);
  await button.click();
  await expect(menu).toBeVisible();
  await page.getByRole('heading', { level: 1 }).click();
  await expect(menu).toHaveCount(0);
});

test.describe('the bundle does not come', () => {
  test.use({ allowed: [/ERR_FAILED/] });
  test('dark is dark before the first script of the bundle runs, and stays', async ({ page }) => {
    await signIn(page);
    await page.getByRole('button', { name: /^Theme: / }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');

    await page.route('**/assets/**', (route) => route.abort());
    await page.goto('/devices', { waitUntil: 'commit' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(background).toBe('rgb(31, 31, 31)');
    await page.unroute('**/assets/**');
  });
});

test.describe('the system is dark', () => {
  test.use({ colorScheme: 'dark' });
  test('the interface follows unless told otherwise', async ({ page }) => {
    await signIn(page);
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await choose(page, { theme: 'light' });
    await open(page, '/');
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  });
});

test('an unknown address says so, in the frame of the product', async ({ page }) => {
  await signIn(page, '/no-such-page');
  await expect(page.getByRole('heading', { level: 1, name: 'Page not found' })).toBeVisible();
  await page.getByRole('link', { name: 'To Tenant Status' }).click();
  await expect(page).toHaveURL(/\/tenant-status\/details$/);
});

test('keyboard: the skip link leads to the page, and a new page takes the focus', async ({ page }) => {
  await signIn(page, '/users');
  await page.reload();
  await settled(page);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
  await page.getByRole('link', { name: "What's new" }).press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: "What's new" })).toBeFocused();
});

test.describe('the server stumbles', () => {
  test.use({ allowed: [/status of 500/] });
  test('the page says so and tries again', async ({ page }) => {
    await signIn(page, '/users');
    await page.route('**/api/tenantStatus/details', (route) => route.fulfill({ status: 500, body: '{}' }));
    await page.goto('/tenant-status/details');
    const retry = page.getByRole('button', { name: 'Try again' });
    await expect(retry).toBeVisible();
    await page.unroute('**/api/tenantStatus/details');
    await retry.click();
    await expect(page.getByText("Licenses for devices aren't shown.")).toBeVisible();
  });
});

test.describe('a permission is missing', () => {
  test.use({ allowed: [/status of 403/] });
  test('the page names it', async ({ page }) => {
    await signIn(page, '/users');
    const missing = ['Microsoft.Intune_Organization_Read'];
    await page.route('**/api/tenantStatus/details', (route) =>
      route.fulfill({ status: 403, json: { code: 'forbidden', status: 403, detail: 'No.', missing } }),
    );
    await page.goto('/tenant-status/details');
    await expect(page.getByRole('alert')).toContainText('Microsoft.Intune_Organization_Read');
    await expect(page.getByRole('alert')).toContainText('Ask an administrator');
  });
});
