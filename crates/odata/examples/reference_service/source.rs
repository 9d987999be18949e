//! The rows as a source: relations, functions, streams, and answers kept for later.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use odata::answer::{Change, Entity, Media, Response, Source, Value};
use odata::edm::Operation;
use odata::expr::Literal;
use odata::{QueryError, answer};

use crate::rows;

/// How many answers are kept at once; the oldest give way.
const MOST_KEPT: usize = 100;

/// The data never changes, so there is one state only.
const STATE: &str = "1";

#[derive(Default)]
pub(crate) struct Reference {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    last: usize,
    answers: HashMap<usize, Response>,
}

impl Reference {
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Reference {
    fn entities(&self, set: &str) -> Vec<Entity> {
        match set {
            "Products" => rows::products(),
            "Categories" => rows::categories(),
            "ProductDescriptions" => rows::descriptions(),
            "MediaItems" => rows::media_items(),
            "ReadOnlyItems" => rows::read_only_items(),
            "DecimalSamples" => rows::decimal_samples(),
            _ => Vec::new(),
        }
    }

    fn singleton(&self, name: &str) -> Option<Entity> {
        (name == "Company").then(rows::company)
    }

    fn related(&self, entity: &Entity, navigation: &str) -> Vec<Entity> {
        let own = |name: &str| entity.get(name).cloned().unwrap_or(Literal::Null);
        let having = |rows: Vec<Entity>, name: &str, value: &Literal| -> Vec<Entity> {
            let is_wanted = |row: &Entity| !value.is_null() && row.get(name) == Some(value);
            rows.into_iter().filter(is_wanted).collect()
        };
        match navigation {
            "Category" => having(rows::categories(), "ID", &own("CategoryID")),
            "Products" => having(rows::products(), "CategoryID", &own("ID")),
            "Descriptions" => having(rows::descriptions(), "ProductID", &own("ID")),
            "Product" => having(rows::products(), "ID", &own("ProductID")),
            "RelatedProducts" => {
                let is_related = |row: &Entity| {
                    let pair = |(from, to): &(u128, u128)| {
                        rows::product_id(*from) == own("ID") && row.get("ID") == Some(&rows::product_id(*to))
                    };
                    rows::RELATED.iter().any(pair)
                };
                rows::products().into_iter().filter(is_related).collect()
            }
            _ => Vec::new(),
        }
    }

    fn media(&self, entity: &Entity, property: Option<&str>) -> Option<Media> {
        match property {
            Some("Photo") => {
                Some(Media { content_type: "image/png".to_owned(), content: rows::DOT.to_vec() })
            }
            Some(_) => None,
            None => {
                let name = entity.get("Name")?;
                let item = rows::MEDIA_ITEMS.iter().find(|(known, ..)| Literal::from(*known) == *name)?;
                Some(Media { content_type: item.1.to_owned(), content: item.2.to_vec() })
            }
        }
    }

    fn etag(&self, entity: &Entity) -> Option<String> {
        match entity.get("Version") {
            Some(Literal::Int(version)) => Some(format!("W/\"{version}\"")),
            _ => None,
        }
    }

    fn call(
        &self,
        function: &Operation,
        on: Option<&Value>,
        arguments: &[(String, Literal)],
    ) -> Result<Value, QueryError> {
        Ok(run(function, on, &Arguments(arguments)))
    }

    fn act(&self, action: &str, _body: &[u8]) -> Result<Value, QueryError> {
        match action {
            // The rows are the first ones still.
            "Reseed" => Ok(Value::Plain(Literal::Bool(true))),
            other => Err(QueryError::not_implemented(format!("The action '{other}' is not available."))),
        }
    }

    fn state(&self, set: &str) -> Option<String> {
        (set == "Products").then(|| STATE.to_owned())
    }

    fn changes(&self, _set: &str, since: &str) -> Option<Vec<Change>> {
        (since == STATE).then(Vec::new)
    }

    fn keep(&self, response: &answer::Response) -> Option<String> {
        let mut kept = self.kept();
        kept.last += 1;
        let name = kept.last;
        kept.answers.insert(name, response.clone());
        kept.answers.retain(|known, _| known + MOST_KEPT > name);
        Some(name.to_string())
    }

    fn kept(&self, name: &str) -> Option<Response> {
        Self::kept(self).answers.get(&name.parse().ok()?).cloned()
    }

    fn forget(&self, name: &str) -> bool {
        name.parse().is_ok_and(|name: usize| Self::kept(self).answers.remove(&name).is_some())
    }
}

struct Arguments<'a>(&'a [(String, Literal)]);

impl Arguments<'_> {
    fn get(&self, name: &str) -> Option<&Literal> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn float(&self, name: &str) -> f64 {
        self.get(name).and_then(Literal::to_f64).unwrap_or(0.0)
    }

    fn whole(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Literal::Int(value)) => Some(*value),
            _ => None,
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Literal::String(text)) => Some(text),
            _ => None,
        }
    }
}

fn price(entity: &Entity) -> f64 {
    entity.get("Price").and_then(Literal::to_f64).unwrap_or(0.0)
}

fn run(function: &Operation, on: Option<&Value>, arguments: &Arguments<'_>) -> Value {
    let plain = |value: Literal| Value::Plain(value);
    let double = |value: f64| plain(Literal::Double((value * 100.0).round() / 100.0));
    let all = match on {
        Some(Value::Many(products)) => products.clone(),
        _ => rows::products(),
    };
    let one = match on {
        Some(Value::One(product)) => Some(product),
        _ => None,
    };
    match (function.name.as_str(), one) {
        ("GetTopProducts", _) => top_products(all, arguments),
        ("FindProducts", _) => {
            let name = arguments.text("name").unwrap_or_default().to_lowercase();
            let most = arguments.float("maxPrice");
            let is_wanted = |product: &Entity| {
                matches!(product.get("Name"), Some(Literal::String(text)) if text.to_lowercase().contains(&name))
                    && price(product) <= most
            };
            Value::Many(all.into_iter().filter(is_wanted).collect())
        }
        ("GetAveragePrice", _) => average(&all),
        ("GetProductStats", _) => {
            let sum: f64 = all.iter().map(price).sum();
            plain(Literal::String(format!("{} products for {sum:.2} together", all.len())))
        }
        ("Calculate", _) => {
            let result = match (arguments.whole("value"), arguments.whole("a"), arguments.whole("b")) {
                (Some(value), ..) => value.checked_mul(2),
                (None, Some(a), Some(b)) => a.checked_add(b),
                _ => None,
            };
            result.map_or(Value::Nothing, |result| plain(Literal::Int(result)))
        }
        ("Convert", _) => {
            let number = arguments.whole("number").map(|number| number.to_string());
            let text = arguments.text("input").map(str::to_uppercase);
            text.or(number).map_or(Value::Nothing, |text| plain(Literal::String(text)))
        }
        ("GetRelatedProducts", Some(product)) => {
            Value::Many(Reference::default().related(product, "RelatedProducts"))
        }
        ("GetTotalPrice", Some(product)) => double(price(product) * (1.0 + arguments.float("taxRate"))),
        ("CalculatePrice", Some(product)) => {
            let reduced = price(product) * (1.0 - arguments.float("discount") / 100.0);
            double(reduced * (1.0 + arguments.float("tax") / 100.0))
        }
        ("GetInfo", Some(product)) => {
            let name = product.get("Name").cloned().unwrap_or(Literal::Null);
            let format = arguments.text("format").unwrap_or_default();
            plain(Literal::String(format!("{format}: {name} for {:.2}", price(product))))
        }
        _ => Value::Nothing,
    }
}

fn average(products: &[Entity]) -> Value {
    let count = u32::try_from(products.len()).map_or(f64::MAX, f64::from);
    match products {
        [] => Value::Nothing,
        products => Value::Plain(Literal::Double(products.iter().map(price).sum::<f64>() / count)),
    }
}

fn top_products(mut products: Vec<Entity>, arguments: &Arguments<'_>) -> Value {
    if let Some(category) = arguments.text("category") {
        let source = Reference::default();
        products.retain(|product| {
            let related = source.related(product, "Category");
            related.iter().any(|known| known.get("Name") == Some(&Literal::from(category)))
        });
    }
    products.sort_by(|left, right| price(right).total_cmp(&price(left)));
    let most = arguments.whole("count").and_then(|count| usize::try_from(count).ok()).unwrap_or(3);
    products.truncate(most);
    Value::Many(products)
}
