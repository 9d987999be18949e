/**
 * What must hold on every page: axe finds nothing, in both themes and three languages; nothing sticks out
 * at 320 px or with twice the text size; and a page prints.
 */
import { gzipSync } from 'node:zlib';
import { axe, choose, everyRoute, expect, open, SCREENSHOTS, settled, signIn, test } from './support';

for (const theme of ['light', 'dark']) {
  for (const language of ['en', 'nl', 'sv']) {
    test(`axe: ${theme}, ${language}`, async ({ page }) => {
      test.setTimeout(180_000);
      await page.goto('/sign-in');
      await choose(page, { theme, language });
      await page.reload();
      await settled(page);
      expect(await axe(page), '/sign-in').toEqual([]);
      await signIn(page);
      for (const path of Object.values(await everyRoute(page))) {
        await open(page, path);
        expect(await axe(page), path).toEqual([]);
      }
    });
  }
}

test('axe: dialogs and menus', async ({ page }) => {
  await signIn(page, '/devices');
  await page.getByRole('button', { name: 'Enroll devices' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await axe(page), 'enroll dialog').toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Language: / }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  expect(await axe(page), 'language menu').toEqual([]);
});

for (const language of ['en', 'nl', 'sv']) {
  test(`320 px: ${language}`, async ({ page }) => {
    test.setTimeout(120_000);
    await signIn(page);
    const routes = await everyRoute(page);
    await choose(page, { language });
    await page.setViewportSize({ width: 320, height: 640 });
    for (const [name, path] of Object.entries(routes)) {
      await open(page, path);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, path).toBeLessThanOrEqual(320);
      await page.screenshot({ path: `${SCREENSHOTS}/narrow-${language}-${name}.png` });
    }
  });
}

test('at 320 px the navigation opens, leads on, and closes', async ({ page }) => {
  await signIn(page);
  await page.setViewportSize({ width: 320, height: 640 });
  await page.getByRole('button', { name: 'Open the navigation' }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Users' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Users' })).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('forced colors keep every state readable', async ({ page }) => {
  await signIn(page, '/devices');
  await page.emulateMedia({ forcedColors: 'active' });
  await page.screenshot({ path: `${SCREENSHOTS}/forced-colors-devices.png` });
  await expect(page.locator('main tbody tr').first()).toBeVisible();
  expect(await axe(page)).toEqual([]);
});

test('print leaves the frame out', async ({ page }) => {
  await signIn(page, '/tenant-status/details');
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('navigation').first()).toBeHidden();
  await expect(page.locator('main')).toBeVisible();
  await page.screenshot({ path: `${SCREENSHOTS}/print-tenant-details.png`, fullPage: true });
});

test('the first page stays small, and a full grid stays light', async ({ page }) => {
  await signIn(page);
  const sizes = new Map<string, Promise<number>>();
  page.on('response', (response) => {
    if (response.url().includes('/assets/')) {
      sizes.set(
        response.url(),
        response.body().then((body) => gzipSync(body).byteLength),
      );
    }
  });
  await open(page, '/tenant-status/details');
  const bytes = (await Promise.all(sizes.values())).reduce((sum, size) => sum + size, 0);
  console.log(`tenant details: ${sizes.size} files, ${Math.round(bytes / 1024)} KiB gzip`);
  expect(sizes.size).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(216 * 1024);

  await open(page, '/devices');
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
  console.log(`devices: ${nodes} elements`);
  expect(nodes).toBeLessThan(3000);
});
