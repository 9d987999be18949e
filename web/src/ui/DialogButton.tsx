/**
 * A button that opens a dialog, and has the focus again when the dialog is gone.
 */
import { Button, useRestoreFocusTarget, type ButtonProps } from '@fluentui/react-components';

export function DialogButton(props: ButtonProps) {
  const target = useRestoreFocusTarget();
  return <Button {...props} {...target} />;
}
