/**
 * The frame that is painted before the interface has arrived: right theme, language and place, no jump when the
 * interface takes over, and nothing for screen readers.
 */
import type { Page } from '@playwright/test';
import { choose, expect, settled, signIn, test } from './support';

/** Holds back the program, so that the first frame can be looked at. */
async function withoutProgram(page: Page, path: string): Promise<() => Promise<void>> {
  const held: (() => void)[] = [];
  let isHeld = true;
  await page.route('**/assets/*.js', async (route) => {
    if (isHeld) await new Promise<void>((go) => held.push(go));
    await route.continue();
  });
  await page.goto(path, { waitUntil: 'commit' });
  await expect(page.locator('html')).toHaveAttribute('data-view', /./);
  await expect(page.locator('.shell-brand')).toBeAttached();
  return async () => {
    isHeld = false;
    for (const go of held) go();
    await settled(page);
    await expect(page.locator('.shell, .shell-door')).toHaveCount(0);
    await page.unroute('**/assets/*.js');
  };
}

interface Place {
  left: number;
  top: number;
}

/** Where a text begins, by the first visible element that holds just this. */
function placeOf(page: Page, text: string): Promise<Place> {
  return page.evaluate((wanted) => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(node);
      const box = range.getBoundingClientRect();
      if (node.textContent?.trim() === wanted && box.width > 0) return { left: box.left, top: box.top };
    }
    throw new Error(`nothing on the page says "${wanted}"`);
  }, text);
}

async function places(page: Page, texts: string[]): Promise<Record<string, Place>> {
  const found: Record<string, Place> = {};
  for (const text of texts) {
    const { left, top } = await placeOf(page, text);
    found[text] = { left: Math.round(left), top: Math.round(top) };
  }
  return found;
}

const WORDS = {
  en: ['Manage', 'Tenant Status', 'Devices', 'Data warehouse', 'Audit Logs'],
  nl: ['Beheren', 'Tenantstatus', 'Apparaten', 'Datawarehouse', 'Auditlogboeken'],
} as const;

for (const [theme, language] of [
  ['light', 'en'],
  ['dark', 'nl'],
] as const) {
  test(`the frame stands before the program, and nothing moves: ${theme}, ${language}`, async ({ page }) => {
    await signIn(page);
    await choose(page, { theme, language });
    const go = await withoutProgram(page, '/devices');
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    await expect(page.locator('[data-here]')).toHaveText(WORDS[language][2]);
    const texts = ['Quarterdeck', ...WORDS[language]];
    const before = await places(page, texts);
    const surface = await page
      .locator('.shell-side')
      .evaluate((element) => getComputedStyle(element).backgroundColor);
    await go();
    const side = page.getByRole('navigation').first().locator('xpath=../..');
    expect(await side.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(surface);
    expect(await places(page, texts)).toEqual(before);
  });
}

test('on a phone the frame fits, and its mark stays where it is', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await signIn(page, '/tenant-status/details');
  const mark = () =>
    page
      .locator('header img, .shell-top img')
      .first()
      .evaluate((image) => {
        const { left, top, width } = image.getBoundingClientRect();
        return { left, top, width };
      });
  const go = await withoutProgram(page, '/tenant-status/details');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  const before = await mark();
  await go();
  expect(await mark()).toEqual(before);
});

test('who is not signed in sees the door at once, whatever the address', async ({ page }) => {
  const go = await withoutProgram(page, '/devices');
  await expect(page.locator('html')).toHaveAttribute('data-view', 'sign-in');
  await expect(page.locator('.shell-card')).toBeVisible();
  await expect(page.locator('.shell')).toBeHidden();
  const before = await page.locator('.shell-card h1').boundingBox();
  await go();
  await expect(page).toHaveURL(/\/sign-in/);
  expect(await page.getByRole('heading', { level: 1 }).boundingBox()).toEqual(before);
});

test('screen readers and the keyboard meet nothing of the frame', async ({ page }) => {
  await signIn(page);
  const go = await withoutProgram(page, '/users');
  expect(await page.locator('body').ariaSnapshot()).toBe('');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
  await go();
});

test.describe('forced colours', () => {
  test.use({ forcedColors: 'active' });
  test('the frame keeps its words and lines', async ({ page }) => {
    await signIn(page);
    const go = await withoutProgram(page, '/devices');
    const colours = await page.locator('.shell-side').evaluate((element) => {
      const { color, backgroundColor, borderRightColor } = getComputedStyle(element);
      return { color, backgroundColor, borderRightColor };
    });
    expect(colours.color).not.toBe(colours.backgroundColor);
    expect(colours.borderRightColor).not.toBe(colours.backgroundColor);
    await go();
  });
});
