//! Text that becomes HTML. Constants go in raw; everything else is escaped.

/// HTML under construction.
#[derive(Debug, Clone, Default)]
pub(crate) struct Html {
    text: String,
}

impl Html {
    pub(crate) fn new() -> Html {
        Html::default()
    }

    /// Adds markup known when the program is compiled.
    pub(crate) fn raw(&mut self, markup: &'static str) -> &mut Html {
        self.text.push_str(markup);
        self
    }

    /// Adds a value, safe between tags and inside double quotes.
    pub(crate) fn text(&mut self, value: &str) -> &mut Html {
        for c in value.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                '\'' => self.text.push_str("&#39;"),
                c => self.text.push(c),
            }
        }
        self
    }

    /// Adds finished HTML.
    pub(crate) fn html(&mut self, html: &Html) -> &mut Html {
        self.text.push_str(&html.text);
        self
    }

    pub(crate) fn into_string(self) -> String {
        self.text
    }
}
