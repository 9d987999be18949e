/**
 * A text that may have come as HTML from another service. Only its words, paragraphs, lists, emphasis and
 * `https` links are drawn; nothing of the markup itself ever reaches the page.
 */
import { Link, makeStyles, tokens } from '@fluentui/react-components';
import { createElement, Fragment, useMemo, type ReactNode } from 'react';

const KEPT: Record<string, string> = {
  P: 'p',
  DIV: 'p',
  H1: 'p',
  H2: 'p',
  H3: 'p',
  H4: 'p',
  UL: 'ul',
  OL: 'ol',
  LI: 'li',
  STRONG: 'strong',
  B: 'strong',
  EM: 'em',
  I: 'em',
  CODE: 'code',
};
const DROPPED = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'IFRAME', 'OBJECT', 'SVG']);

const useStyles = makeStyles({
  text: {
    maxWidth: '76ch',
    overflowWrap: 'anywhere',
    lineHeight: tokens.lineHeightBase300,
    '& p': { margin: `0 0 ${tokens.spacingVerticalS}` },
    '& ul, & ol': { margin: `0 0 ${tokens.spacingVerticalS}`, paddingLeft: tokens.spacingHorizontalXL },
  },
});

function isSafe(address: string | null): address is string {
  return address !== null && address.startsWith('https://');
}

function drawn(node: Node, key: number): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  const name = node.nodeName.toUpperCase();
  if (DROPPED.has(name)) return null;
  if (name === 'BR') return createElement('br', { key });
  const inner = [...node.childNodes].map(drawn);
  const address = name === 'A' ? (node as Element).getAttribute('href') : null;
  if (isSafe(address)) {
    return (
      <Link key={key} inline href={address} rel="noreferrer">
        {inner}
      </Link>
    );
  }
  const tag = KEPT[name];
  return tag ? createElement(tag, { key }, ...inner) : <Fragment key={key}>{inner}</Fragment>;
}

/** The words of an HTML text as elements of ours. */
export function readHtml(html: string): ReactNode[] {
  return [...new DOMParser().parseFromString(html, 'text/html').body.childNodes].map(drawn);
}

function readPlain(text: string): ReactNode[] {
  return text.split(/\n{2,}/).map((paragraph, at) => createElement('p', { key: at }, paragraph));
}

export function RichText({ body }: { body: { contentType: string; content: string } }) {
  const styles = useStyles();
  const content = useMemo(
    () => (body.contentType.toLowerCase() === 'html' ? readHtml(body.content) : readPlain(body.content)),
    [body.contentType, body.content],
  );
  return <div className={styles.text}>{content}</div>;
}
