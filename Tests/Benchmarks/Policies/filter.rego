# Which documents a person may see, without what that person may not see of them.
package filter

person := data.people[input.user]

visible(document) if document.owner == input.user

visible(document) if {
    document.department == person.department
    document.level <= person.level
}

visible(document) if {
    some group in document.groups
    group in person.groups
}

decision := [shown |
    some document in data.documents
    visible(document)
    shown := object.remove(document, hidden)
]

hidden := {"salary", "notes"} if not "hr" in person.groups

hidden := set() if "hr" in person.groups
