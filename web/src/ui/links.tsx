/**
 * Fluent's link and button as router links: real addresses, opened without loading the page again.
 */
import { Button, Link, type ButtonProps, type LinkProps } from '@fluentui/react-components';
import { createLink } from '@tanstack/react-router';
import { forwardRef, type AnchorHTMLAttributes, type Ref } from 'react';

type Anchor = AnchorHTMLAttributes<HTMLAnchorElement>;

// Fluent's own types describe a button or an anchor at once; here it is always an anchor.
const FluentAnchor = forwardRef(function FluentAnchor(props: Anchor, ref: Ref<HTMLAnchorElement>) {
  const link = { ...props, as: 'a', ref } as unknown as LinkProps;
  return <Link {...link} />;
});

type ButtonAnchorProps = Anchor & {
  appearance?: ButtonProps['appearance'];
  icon?: ButtonProps['icon'];
};

const FluentButtonAnchor = forwardRef(function FluentButtonAnchor(
  props: ButtonAnchorProps,
  ref: Ref<HTMLAnchorElement>,
) {
  const button = { ...props, as: 'a', ref } as unknown as ButtonProps;
  return <Button {...button} />;
});

export const RouterLink = createLink(FluentAnchor);
export const ButtonLink = createLink(FluentButtonAnchor);
