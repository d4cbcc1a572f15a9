//! The page on which what was learnt of a job's life is shown, alone and beside the results of a run.

use std::fs;

use fullstop::lifecycle::Lifecycle;
use fullstop::oracle::Brief;
use fullstop::report::{Labelled, html};

use crate::command::{Scratch, Served, fullstop};

/// What is learnt of an endpoint that starts a stopped job again, with one file of each sort.
fn learnt_of_a_restart(scratch: &Scratch) -> (String, String) {
    let served = Served::start(&["--mutant", "restart-accepted", "--in-progress-ms", "300"]);
    let (json, page) = (scratch.path("life.json"), scratch.path("life.html"));
    let output = fullstop(&[
        "lifecycle",
        "--endpoint",
        &served.url,
        "--sequences",
        "20",
        "--races",
        "5",
        "--json",
        &json,
        "--html",
        &page,
    ]);
    assert_eq!(output.code, 1, "{}{}", output.stdout, output.stderr);
    (json, page)
}

#[test]
fn the_page_shows_the_drawing_the_differences_and_how_races_ended() {
    let scratch = Scratch::new();
    let (json, page) = learnt_of_a_restart(&scratch);
    let alone = fs::read_to_string(page).expect("the page is written");
    for part in [
        // The move from Stopped, in the colour of a difference, with an arrow that this drawing has.
        "<svg class=\"drawing\"",
        "class=\"m d\" marker-end=\"url(#life-1-d)\"",
        "<marker id=\"life-1-d\"",
        // The difference, with its evidence and the way to it.
        "StartUserImportJob meets Stopped",
        "After you stop the job, it cannot be restarted.",
        "<li><span class=\"text\">StopUserImportJob</span></li>",
        "the shortest sequence found",
        // How often what came of which race.
        "stop-describe",
        "of 16 Stops answered 200",
    ] {
        assert!(alone.contains(part), "{part} is not in the page");
    }
    assert!(!alone.contains("id=\"requirements\""));
    is_closed(&alone);

    // The same beside a run, from the files that both wrote.
    let results = scratch.path("results.json");
    let run = fullstop(&["run", "--filter", "job-id", "--json", &results]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let named = format!("mine={json}");
    let both = fullstop(&["report", &results, &named, &json, "--html", "-"]).stdout;
    for part in [
        "id=\"requirements\"",
        "The life of a job: mine",
        "url(#life-2-d)",
    ] {
        assert!(both.contains(part), "{part} is not in the page");
    }
    is_closed(&both);

    let text = fullstop(&["report", &json]);
    assert_eq!(text.code, 0, "{}", text.stderr);
    assert!(
        text.stdout.contains("different  no-restart  must"),
        "{}",
        text.stdout
    );
}

#[test]
fn what_cannot_be_shown_of_a_life_is_refused_in_words() {
    let scratch = Scratch::new();
    let life = Lifecycle::of("reference", "http://127.0.0.1:1/");
    let sound = serde_json::to_string(&life).expect("JSON");
    let json = scratch.file("life.json", &sound);
    for (arguments, wanted) in [
        (&["report", &json, "--junit", "-"][..], "has no cases"),
        (
            &["compare", &json, "reference"],
            "the life of a job and no cases",
        ),
    ] {
        let output = fullstop(arguments);
        assert_eq!(output.code, 2, "{arguments:?}: {}", output.stdout);
        assert!(output.stderr.contains(wanted), "{}", output.stderr);
    }
    for (from, to, wanted) in [
        ("\"lifecycle\"", "\"diagnosis\"", "it is a `diagnosis`"),
        (
            "\"format\":1",
            "\"format\":99",
            "this version reads format 1",
        ),
        ("\"races\":null", "\"races\":7", "races"),
    ] {
        assert!(sound.contains(from), "{from}: {sound}");
        let json = scratch.file("other.json", &sound.replacen(from, to, 1));
        let output = fullstop(&["report", &json]);
        assert_eq!(output.code, 2, "{}", output.stdout);
        for part in ["other.json", wanted] {
            assert!(output.stderr.contains(part), "{}", output.stderr);
        }
    }
}

#[test]
fn what_an_endpoint_says_stays_text_in_the_page() {
    const HOSTILE: &str = "<script>alert(1)</script>\u{202e}\"'&";
    let scratch = Scratch::new();
    let (json, _) = learnt_of_a_restart(&scratch);
    let json = fs::read_to_string(json).expect("the results are written");
    let mut life: Lifecycle = serde_json::from_str(&json).expect("results");
    let all = |lines: &mut Vec<String>| lines.iter_mut().for_each(|line| *line = HOSTILE.into());
    let automaton = life.automaton.as_mut().expect("it was walked");
    for edge in &mut automaton.edges {
        edge.answer = Brief::Response(400, Some(HOSTILE.to_owned()));
    }
    for one in &mut life.differences {
        (one.text, one.got, one.wanted) = (HOSTILE.into(), HOSTILE.into(), HOSTILE.into());
        all(&mut one.trace);
    }
    let races = life.races.as_mut().expect("races");
    for seen in races.seen.values_mut() {
        seen.insert(HOSTILE.to_owned(), 1_000);
    }
    (life.endpoint, life.leftovers) = (HOSTILE.into(), vec![HOSTILE.into()]);
    let page = html(&[], &Labelled::all([(Some(HOSTILE.to_owned()), life)]), &[]);
    let page = page.expect("the template is sound");
    assert!(page.contains("&lt;script&gt;"), "it is shown");
    assert!(!page.contains("<script>alert"), "it runs");
    assert!(!page.contains('\u{202e}'), "it turns the reading direction");
    is_closed(&page);
}

/// Whether a page asks nobody for anything, has each id once, and is whole.
#[track_caller]
fn is_closed(page: &str) {
    for part in ["src=", "href=\"http", "@import", "url(http", "style=\""] {
        assert!(!page.contains(part), "{part} in the page");
    }
    assert!(page.trim_end().ends_with("</html>"));
    let ids: Vec<_> = page
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len(), "an id twice: {ids:?}");
}
